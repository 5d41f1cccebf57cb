import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Row {
  name: string;
  program: string;
  acknowledged: number;
  lost: number;
}

const at = (place: string) => fileURLToPath(new URL(`../../${place}`, import.meta.url));
const rows = JSON.parse(readFileSync(at('docs/agent.json'), 'utf8')) as Row[];
const { draw } = (await import(at('tools/picture/draw.mjs'))) as { draw: (rows: readonly Row[]) => string };

it('the first picture of README.md is drawn from what was measured, by npm run picture', () => {
  expect(readFileSync(at('docs/agent.svg'), 'utf8')).toBe(draw(rows));
  expect(readFileSync(at('README.md'), 'utf8')).toContain('(docs/agent.svg)');
});

it('a row of the picture shows what was lost as its share of what was acknowledged', () => {
  const row = { name: 'made <up>', program: 'a', acknowledged: 100, lost: 25, undone: 0, seedsLost: 0 };
  const svg = draw([row]);
  const [kept = 0, lost = 0] = [...svg.matchAll(/width="(\d+)" height="22"/g)].map(([, width]) =>
    Number(width),
  );
  expect(lost / (kept + lost)).toBeCloseTo(0.25, 2);
  expect(svg).toContain('made &#60;up&#62;');
  expect(draw([{ ...row, lost: 0 }])).not.toContain('class="lost"');
});
