import { foreseeHelper, NoHelperError } from '../../native/helper.js';
import type { Finding } from './findings.js';

/** Whether `holdfast run --isolate` can isolate here. No problem where it can't. */
export function judgeIsolation(): Finding {
  const subject = 'isolation';
  try {
    const state = foreseeHelper('isolate');
    const when = state === 'to compile' ? 'its helper is compiled on first use' : `its helper is ${state}`;
    return {
      severity: 'ok',
      subject,
      says: `holdfast run --isolate (experimental) can isolate what it runs: ${when}`,
    };
  } catch (error) {
    if (!(error instanceof NoHelperError)) throw error;
    return { severity: 'ok', subject, says: `holdfast run can only guard what it runs: ${reasonOf(error)}` };
  }
}

/** Why a command can't be isolated here. */
export function reasonOf({ kind, detail }: NoHelperError): string {
  switch (kind) {
    case 'system':
      return `that takes Linux on x64 or arm64, and this is ${detail}`;
    case 'compiler':
      return `its helper is in C, and ${detail}`;
    case 'source':
      return `its helper can't be compiled: ${detail}`;
    case 'kernel':
    case 'cache':
      return detail;
  }
}
