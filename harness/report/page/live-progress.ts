/** What the server says of the run while it goes on. */
export interface LiveProgress {
  label: string;
  position: number;
  of: number;
  elapsedMs: number;
  durationMs: number;
  acknowledged: number;
  faults: number;
  isJudging: boolean;
}
