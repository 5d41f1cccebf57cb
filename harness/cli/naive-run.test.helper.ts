/** A short run that loses updates. */
export const naive = [
  ...['stress', '--target', 'naive', '--no-controls', '--scenario', 'two-terminals'],
  ...['--duration', '2s', '--operations', '400'],
];
