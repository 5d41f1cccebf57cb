import type { Zone as Bounds } from '../../linearizable/index.js';
import type { Mutation, Read, Register } from './registers.js';

/** The zone of a value, with all that belongs to it: so that a conflict can be reported by its names. */
export interface Zone extends Bounds {
  of: 'write' | 'removal';
  mutation: Mutation;
  /** Those that return the value of the write. A removal has none, for reads of absence don't say whose they are. */
  reads: Read[];
}

export interface Clusters {
  /** By f, then by s. */
  zones: Zone[];
  /** Reads that found the key absent. */
  absences: Read[];
  /** Reads of a value that no client could have written by then. */
  garbage: Read[];
}

/** Assigns each read of one key to the write that it saw. */
export function clusterByValue({ writes, removals, reads }: Register): Clusters {
  const zones = new Map<string, Zone>();
  for (const [value, mutation] of writes) zones.set(value, zoneOf('write', mutation));

  const absences: Read[] = [];
  const garbage: Read[] = [];
  for (const read of reads) {
    if (read.value === null) {
      absences.push(read);
      continue;
    }
    const zone = zones.get(read.value);
    if (zone === undefined || read.end < zone.mutation.begin) {
      garbage.push(read);
      continue;
    }
    zone.reads.push(read);
    zone.f = Math.min(zone.f, read.end);
    zone.s = Math.max(zone.s, read.begin);
  }
  const acknowledgedRemovals = removals.filter(({ acknowledged }) => acknowledged);
  const all = [...zones.values(), ...acknowledgedRemovals.map((removal) => zoneOf('removal', removal))];
  return { zones: all.sort((a, b) => a.f - b.f || a.s - b.s), absences, garbage };
}

function zoneOf(of: Zone['of'], mutation: Mutation): Zone {
  return { of, mutation, reads: [], f: mutation.end, s: mutation.begin };
}
