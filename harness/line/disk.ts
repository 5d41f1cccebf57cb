import type * as fs from 'node:fs';

/** The functions of `fs` that look at a disk and prepare it: of the real one, or of one that is simulated. */
export type Disk = Pick<
  typeof fs,
  | 'chmodSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'readFileSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'rmdirSync'
  | 'statSync'
  | 'symlinkSync'
  | 'truncateSync'
  | 'unlinkSync'
  | 'writeFileSync'
>;
