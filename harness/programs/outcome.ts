import type { Answer, Program } from './specification.js';

/** How a command ended. */
export interface Ended {
  /** Exit code; null where a signal ended it. */
  code: number | null;
  /** The end of its standard error. */
  errors: string;
}

/**
 * What a command's end says about a change: exit code 0 acknowledges it. That it was certainly not done only the user can
 * know, by exit code or words; everything else may have happened, signals and timeouts included.
 */
export function outcomeOfExit(
  { code, errors }: Ended,
  { failed, failedWhen }: Pick<Program, 'failed' | 'failedWhen'>,
): 'ok' | 'fail' | 'unknown' {
  if (code === 0) return 'ok';
  const isNamed = code !== null && failed.includes(code);
  return isNamed || (failedWhen !== undefined && new RegExp(failedWhen, 'm').test(errors))
    ? 'fail'
    : 'unknown';
}

/** The same of an answer over HTTP. */
export function outcomeOfStatus(
  status: number,
  body: string,
  { failed, failedWhen }: Pick<Program, 'failed' | 'failedWhen'>,
): 'ok' | 'fail' | 'unknown' {
  if (status >= 200 && status < 300) return 'ok';
  const isNamed = failed.includes(status);
  return isNamed || (failedWhen !== undefined && new RegExp(failedWhen, 'm').test(body)) ? 'fail' : 'unknown';
}

/** The same of a line that a program answers. */
export function outcomeOfAnswer(
  { ok, error = '', definite }: Answer,
  { failedWhen }: Pick<Program, 'failedWhen'>,
): 'ok' | 'fail' | 'unknown' {
  if (ok === true) return 'ok';
  return definite === true || (failedWhen !== undefined && new RegExp(failedWhen, 'm').test(error))
    ? 'fail'
    : 'unknown';
}
