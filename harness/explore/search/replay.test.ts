import { describe, expect, it } from 'vitest';
import { Replay } from '../execution/follow-schedule.js';
import { parseSchedule, printSchedule } from '../schedule/action.js';
import { runToy } from './toy.test.helper.js';
import { write } from './toy-programs.test.helper.js';

describe('a schedule', () => {
  it('a schedule stays the same when it is printed and parsed', () => {
    const text = '0x5 1x6 k0 1 0.1 p1 w0 f1:EIO d1 1x12';
    expect(printSchedule(parseSchedule(text))).toBe(text);
  });

  it.each(['x', '0x', 'k', 'f0', 'f0:EWHAT', '0 q1'])('the text "%s" is refused as a schedule', (text) => {
    expect(() => parseSchedule(text)).toThrow('is no step of a schedule');
  });

  it('a replay follows its schedule, and then goes on without a preemption', () => {
    const replay = new Replay(parseSchedule('1x2 0'), false);
    replay.begin();
    let taken: string[] = [];
    runToy(
      [
        [write('x'), write('x')],
        [write('x'), write('x'), write('x')],
      ],
      replay,
      (words) => {
        taken = [...words];
      },
    );
    expect(taken.join(' ')).toBe('1 1 0 0 1');
  });

  it('a replay refuses a step that is not possible, and a lenient one leaves it out', () => {
    const run = (isLenient: boolean) => {
      const replay = new Replay(parseSchedule('7 1 0'), isLenient);
      replay.begin();
      return runToy([[write('x')], [write('x')]], replay);
    };
    expect(() => run(false)).toThrow(
      'the same schedule led to another call at step 1: 7 is not possible here',
    );
    expect(run(true)).toContain('0@0');
  });
});
