import type { StoreEvent } from '../backend/backend.js';
import type { Repairs } from './commit/task.js';

/** The events that report the repairs of one commit. */
export function repairEvents(file: string, { restored, doubled, merge, generation }: Repairs): StoreEvent[] {
  const events: StoreEvent[] = [];
  if (restored) events.push({ type: 'recovered', file, ...restored });
  if (doubled) events.push({ type: 'doubled', file, ...doubled });
  if (merge && merge.putBack.length > 0) {
    events.push({ type: 'merged', file, keys: merge.adopted, putBack: merge.putBack, generation });
  } else if (merge && merge.adopted.length > 0) {
    events.push({ type: 'adopted', file, keys: merge.adopted, generation });
  }
  return events;
}
