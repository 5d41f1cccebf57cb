import type { Fault } from '../core/scenario.js';
import { memberFaults } from '../history/member-faults.js';
import type { FaultContext } from './context.js';
import { corrupt } from './corrupt.js';
import { kill } from './kill.js';
import { killRefresher } from './kill-refresher.js';
import { strikeMembers } from './members.js';
import { pause } from './pause.js';
import { plant } from './plant.js';

/** Each kind of fault and what it does, for lists. */
export const faults: Readonly<Record<Fault['kind'], string>> = {
  kill: 'SIGKILL at a random moment, and a new process in its place',
  'kill-refresher':
    'SIGKILL to a client that refreshes a credential: while it waits for the new one, or with it in hand',
  pause:
    'a client stops itself by SIGSTOP right before its commit call and is continued when every lease is over',
  corrupt: 'the file is damaged in place: truncated, empty, garbage, half a document, JSON of the wrong type',
  plant: 'links to what is outside, pipes and directories appear under the names of the target, and go again',
  ...memberFaults,
};

/** Injects a fault until the signal aborts; resolves when all that it did has been undone. */
export function inject(fault: Fault, context: FaultContext): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      return kill(fault, context);
    case 'kill-refresher':
      return killRefresher(fault, context);
    case 'pause':
      return pause(fault, context);
    case 'corrupt':
      return corrupt(fault, context);
    case 'plant':
      return plant(fault, context);
    default:
      return strikeMembers(fault, context);
  }
}
