import { describe, expect, it } from 'vitest';
import { parseSchedule, printSchedule } from '../schedule/action.js';
import { parseProgram, printProgram } from '../schedule/program.js';
import { findCriticalPair } from './critical-pair.js';
import { type Candidate, shrink } from './shrink.js';

const small = (found: Candidate) => [printProgram(found.program), printSchedule(found.schedule)];

describe('shrinking a failure', () => {
  it('shrinking removes clients, operations, faults and switches as long as the failure stays', () => {
    const first = {
      program: parseProgram('set a, get a | get b | set c, remove c'),
      schedule: parseSchedule('1 0x2 p1 2 0 2x2 1 0 2 0x3'),
    };
    // Fails whenever the last client has two steps in a row while the first one still has some to do.
    const fails = ({ program, schedule }: Candidate) => {
      const who = schedule.map(({ client }) => client).join('');
      const last = String(program.clients.length - 1);
      const setters = program.clients.filter((one) => one.some(({ action }) => action === 'set'));
      return setters.length === 2 && who.includes(`0${last}${last}`) ? schedule : undefined;
    };
    expect(small(shrink(first, fails))).toEqual(['set a | set c', '0 1x2']);
  });

  it('shrinking leaves a failure as it was found where nothing can be removed', () => {
    const first = { program: parseProgram('set a | set b'), schedule: parseSchedule('0 1 0') };
    const fails = ({ program, schedule }: Candidate) =>
      program === first.program && printSchedule(schedule) === '0 1 0' ? schedule : undefined;
    expect(small(shrink(first, fails))).toEqual(['set a | set b', '0 1 0']);
  });
});

describe('the two steps whose order decides a failure', () => {
  it('the critical pair is a write, and the later write of a client that had read before it', () => {
    const steps = parseSchedule('0x2 1x3 0 1 0');
    // Client 0 writes in its third step, which is lost if client 1 has read in its second and writes, later, in its fourth.
    const fails = (schedule: readonly { client: number }[]) => {
      const place = (client: number, count: number) =>
        [...schedule.keys()].filter((index) => schedule[index]?.client === client)[count - 1] ??
        schedule.length;
      return place(1, 2) < place(0, 3) && place(0, 3) < place(1, 4);
    };
    expect(findCriticalPair(steps, fails)).toEqual({ late: 6, early: 5 });
  });

  it('a failure has no critical pair where the order decides nothing', () => {
    expect(findCriticalPair(parseSchedule('0 1 0 1'), () => true)).toBeUndefined();
  });
});
