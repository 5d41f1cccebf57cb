/** Returns the wall clock's time, in milliseconds since 1970: the "now" of people and expiry dates. No other place of the command reads it. */
export function nowMs(): number {
  return Date.now();
}

/** `2027-01-31T18:00Z` */
export function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}

/** `12:00:09`, by the clock on the wall. */
export function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

/** `2027-01-31T18:00:09.123Z` */
export function isoInstant(ms: number): string {
  return new Date(ms).toISOString();
}

const units: [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** 90 days less a moment are 90 days, not 89. */
const slack = 0.01;

/** A length of time by its largest unit: `3 h`. */
export function humanTime(ms: number): string {
  const length = Math.abs(ms);
  const [name, size] = units.find(([, unit]) => length >= unit) ?? ['s', 1000];
  return `${Math.floor(length / size + (size > 1000 ? slack : 0))} ${name}`;
}

/** `3 h ago`. A time stamp from the future shows that a clock was set. */
export function ago(sinceMs: number, now: number): string {
  return sinceMs > now + 1000
    ? `${humanTime(sinceMs - now)} in the future`
    : `${humanTime(now - sinceMs)} ago`;
}

/** @param expires milliseconds since 1970; 0 means never */
export function isExpired(expires: number, now: number): boolean {
  return expires !== 0 && expires <= now;
}

export function humanExpiry(expires: number, now: number): string {
  if (expires === 0) return 'never';
  const length = humanTime(expires - now);
  return isExpired(expires, now) ? `expired ${length} ago` : `in ${length}`;
}
