import type { ExploreOptions } from '../explore/explore.js';

/** One search of the store, with a mutant in it. */
export interface MutantSearch {
  /** As one would tell it. */
  name: string;
  options: ExploreOptions;
}

/** The budget: no search makes more executions, so a mutant gets at most so many times the number of searches. */
export const executionsMax = 12;

const twoWriters = ['set a', 'set b'];
const crowd = ['set a, remove a, set b', 'set a, get a, set c'];

/**
 * The searches that each mutant of the store gets, until one finds something: the dear ones come last. None of them was chosen for
 * one mutant. On the store as it is none finds anything, which is tried first.
 */
export const searches: readonly MutantSearch[] = [
  { name: 'two writers', options: { clients: twoWriters, preemptions: 1 } },
  {
    name: 'one entry, removed and set again',
    options: { clients: crowd, sameKey: true, strategy: 'pct', schedules: executionsMax },
  },
  {
    name: 'kills',
    options: { clients: twoWriters, strategy: 'pct', crash: 2, schedules: executionsMax },
  },
  {
    name: 'pauses beyond every lease',
    options: { clients: crowd, strategy: 'pct', steal: 2, schedules: executionsMax },
  },
  {
    name: 'kills, and new processes of the same numbers',
    options: { clients: twoWriters, strategy: 'pct', crash: 1, samePid: true, schedules: executionsMax },
  },
  {
    name: 'a dead process, and every lease over',
    options: {
      clients: ['set a', 'set b', 'set c'],
      strategy: 'pct',
      abandoned: true,
      schedules: executionsMax,
    },
  },
  {
    name: 'errors of the system',
    options: { clients: crowd, strategy: 'pct', errno: 1, schedules: executionsMax },
  },
  {
    name: 'damages and kills',
    options: { clients: twoWriters, strategy: 'pct', damage: 1, crash: 1, schedules: executionsMax },
  },
  {
    name: 'a umask of 0',
    options: { clients: twoWriters, strategy: 'pct', modes: true, schedules: executionsMax },
  },
  {
    name: 'sleep while nobody goes on',
    options: { clients: crowd, strategy: 'random', idle: true, schedules: executionsMax },
  },
];
