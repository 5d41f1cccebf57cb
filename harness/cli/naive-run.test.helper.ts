/** A short run that loses updates: of two clients that write in place, nearly each write is lost. */
export const naive = [
  ...['stress', '--target', 'naive', '--no-controls', '--scenario', 'two-terminals'],
  ...['--duration', '2s', '--operations', '40'],
];
