import type { HistoryEvent } from '../../history/events.js';

const ms = (time: number) => Math.round(time * 1e6);

/** A run with three lost updates of the same kind, a torn file, and an entry of before the run that is gone. */
export function severalLosses(): HistoryEvent[] {
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 'made-up', target: 'naive', seed: 7, atLeast: {} },
    { type: 'seed', key: 'before', value: 'seed.0' },
  ];
  for (const [at, client] of ['tui-1', 'tui-2', 'web-1'].entries())
    events.push({
      type: 'start',
      time: 0,
      client,
      process: 101 + at,
      access: 'file',
      profile: client.replace(/-\d$/, ''),
    });
  let version = 0;
  const file = (
    from: number,
    seen: number,
    set: Record<string, string>,
    removed: string[] = [],
    broken: string | null = null,
  ) =>
    events.push({
      type: 'file',
      time: ms(from),
      until: ms(from + 0.05),
      version: ++version,
      broken,
      set,
      removed,
      seen: ms(seen),
    });
  const call = (op: string, process: number, key: string, begin: number, end: number) => {
    const [client = ''] = op.split('.');
    events.push({ type: 'invoke', time: ms(begin), op, client, process, action: 'set', key });
    events.push({ type: 'ok', time: ms(end), op });
  };
  file(0.5, 9, { before: 'seed.0' });
  for (let round = 0; round < 3; round++) {
    const start = 10 + 30 * round;
    call(`tui-2.0.${round}`, 102, 'other', start, start + 7);
    call(`tui-1.0.${round}`, 101, `key-${round}`, start + 1.5, start + 3);
    file(start + 2.6, start + 5.5, { [`key-${round}`]: `tui-1.0.${round}` });
    file(start + 6.8, start + 12, { other: `tui-2.0.${round}` }, [`key-${round}`]);
  }
  file(101, 101.2, {}, [], 'it is empty');
  call('web-1.0.0', 103, 'late', 100, 103);
  file(102.5, 120, { late: 'web-1.0.0' }, ['before', 'other']);
  events.push({ type: 'final', time: ms(140), broken: null, entries: { late: 'web-1.0.0' }, leftovers: [] });
  return events;
}
