import { expect, test } from 'vitest';
import { propertyInTiers } from '../../src/tiers.test.helper.js';
import { checkLinearizable } from '../linearizable/index.js';
import { type CasInput, casRegister } from '../linearizable/models/cas-register.js';
import { Random } from '../workload/random.js';
import { checkText } from './files.test.helper.js';
import { layouts, type Written } from './layouts.test.helper.js';

interface Generated {
  events: Written[];
  verdict: 'valid' | 'invalid';
}

/** Some clients on one register that now and then answers wrongly, loses a write, or does not answer at all. */
function generate(random: Random): Generated {
  const events: Written[] = [];
  const calls: Parameters<typeof checkLinearizable<unknown, CasInput, unknown>>[1][number][] = [];
  const underWay = new Map<
    number,
    { f: string; value: string; input: CasInput; begin: number; output?: unknown }
  >();
  let state: string | number | null = null;
  for (let time = 0; time < 24; time++) {
    const process = random.int(0, 3);
    const open = underWay.get(process);
    if (!open) {
      const [a, b] = [random.int(1, 3), random.int(1, 3)];
      const [f, value, input] = random.pick<[string, string, CasInput]>([
        ['read', 'nil', { read: true }],
        ['write', `${a}`, { write: a }],
        ['cas', `[${a} ${b}]`, { expect: a, put: b }],
      ]);
      underWay.set(process, { f, value, input, begin: time });
      events.push({ process, type: 'invoke', f, value });
      continue;
    }
    underWay.delete(process);
    const { f, value, input, begin } = open;
    const base = { id: `${time}`, process: `${process}`, input, begin };
    const isWrong = random.oneIn(9);
    if (random.oneIn(8)) {
      events.push({ process, type: 'info', f, value, error: ':timeout' });
      calls.push({ ...base, output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' });
      if (isWrong && 'write' in input) state = input.write;
    } else if ('expect' in input && input.expect !== state && !isWrong) {
      events.push({ process, type: 'fail', f, value });
    } else {
      const found: string | number | null = isWrong ? random.int(1, 3) : state;
      events.push({ process, type: 'ok', f, value: f === 'read' ? `${found ?? 'nil'}` : value });
      calls.push({ ...base, output: f === 'read' ? found : true, end: time, happened: 'yes' });
      if (!isWrong && 'write' in input) state = input.write;
      if ('expect' in input) state = input.put;
    }
  }
  for (const [process, { input, begin }] of underWay) {
    const untold = { output: undefined, end: Number.POSITIVE_INFINITY, happened: 'maybe' as const };
    calls.push({ id: `${process}`, process: `${process}`, input, begin, ...untold });
  }
  const { verdict } = checkLinearizable(casRegister, calls as never);
  return { events, verdict: verdict === 'valid' ? 'valid' : 'invalid' };
}

const layoutRounds = async (rounds: number) => {
  const random = new Random(3, 'layouts');
  const seen = { valid: 0, invalid: 0 };
  for (let round = 0; round < rounds; round++) {
    const { events, verdict } = generate(random);
    seen[verdict]++;
    for (const [name, write] of Object.entries(layouts)) {
      const report = await checkText(write(events));
      if (report.result !== verdict || report.lines?.operations !== events.length)
        expect.fail(`${name}: ${report.result}, ${report.scope}; expected ${verdict}:\n${write(events)}`);
    }
  }
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(rounds / 8);
};
propertyInTiers(
  'a history has the verdict of the model in every layout',
  { few: 20, many: 60 },
  layoutRounds,
);

test('garbled lines never make an invalid history valid', async () => {
  const random = new Random(4, 'garbled');
  let unread = 0;
  for (let round = 0; round < 400; round++) {
    const { events, verdict } = generate(random);
    if (verdict === 'valid') continue;
    const [name, write] = random.pick(
      Object.entries(layouts).filter(([one]) => !one.startsWith('jepsen.log')),
    );
    const lines = write(events).split('\n');
    const kept = lines.map((line) => (random.oneIn(3) ? garble(line, random) : line));
    if (kept.filter((line, at) => line !== lines[at]).length <= 3) continue;
    const result = await checkText(kept.join('\n')).then(
      (report) => report.result,
      () => 'refused',
    );
    unread++;
    if (result === 'valid') expect.fail(`${name}:\n${kept.join('\n')}`);
  }
  expect(unread).toBeGreaterThan(50);
});

const textRounds = async (rounds: number) => {
  const random = new Random(6, 'text');
  const words = [
    'hello',
    ':ok',
    ':read',
    '3',
    '{',
    '}',
    '[',
    '"',
    '\t',
    '\n',
    ':invoke',
    'nil',
    ';',
    '#',
    '\\',
    '{"type":"run"}',
  ];
  for (let round = 0; round < rounds; round++) {
    const text = Array.from({ length: random.int(0, 30) }, () => random.pick(words)).join(
      random.pick([' ', '\t', '']),
    );
    const result = await checkText(text).then(
      (report) => report.result,
      () => 'refused',
    );
    if (result === 'valid') expect.fail(JSON.stringify(text));
  }
};
propertyInTiers('a text that is no history is never judged valid', { few: 150, many: 500 }, textRounds);

/** Makes a line into another of which nothing is left. */
function garble(line: string, random: Random): string {
  return random.pick(['x'.repeat(line.length), line.split('').reverse().join(''), line.replaceAll(':', '?')]);
}
