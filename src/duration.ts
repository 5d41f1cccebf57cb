const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const unitsMs: Record<string, number> = {
  ms: 1,
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
  y: 365 * dayMs,
};

/**
 * The one reader of durations, of tokens and of runs: `500ms`, `20s`, `1.5h`, `90d`, `4w`, `1y` (365 days).
 * @returns milliseconds above 0, rounded to whole ones; undefined for anything else
 */
export function readDuration(text: string): number | undefined {
  const [, number, unit = ''] = /^((?:0|[1-9]\d{0,8})(?:\.\d{1,3})?)(ms|[smhdwy])$/.exec(text) ?? [];
  const milliseconds = Math.round(Number(number) * (unitsMs[unit] ?? Number.NaN));
  return Number.isSafeInteger(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}
