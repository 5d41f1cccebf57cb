import { type ExploreOptions, explore } from '../explore/explore.js';

/** A search by real processes, whatever the search does by default: its figures stand under that name, or beside the simulation. */
export function exploreByProcesses(options: ExploreOptions): ReturnType<typeof explore> {
  return explore({ ...options, executor: 'process' });
}
