/** What lies close together, so that two calls often meet. Of each: files at first, ways to come there, and what was done meanwhile. */
export interface Corner {
  files: readonly string[];
  held: readonly string[];
  names: readonly string[];
  rests: readonly string[];
  /** Calls like `rename lease moved`, each row now and then. */
  changes: readonly (readonly string[])[];
}

export const corners: readonly Corner[] = [
  {
    files: ['q/d/f', 'q/d/e/a'],
    held: ['q/d', 'q/d', 'q/d/e', 'q/d/f', 'q/d/g', 'q/d/link'],
    names: [
      'q/d',
      'q/d/f',
      'q/d/g',
      'q/d/new',
      'q/d/link',
      'q/d/link/',
      'q/d/whole',
      'q/d/nowhere',
      'q/d/missing',
      'q/d/e/../f',
      'q/d/way/../f',
    ],
    rests: ['', 'f', 'g', 'new', 'link', 'whole', 'nowhere', 'missing', '../f', '../link'],
    changes: [
      ['rename q/d/f q/d/e/a'],
      ['unlink q/d/f'],
      ['unlink q/d/g'],
      ['rename q/d q/d2', 'mkdir q/d', 'link q/d2/f q/d/f'],
    ],
  },
  {
    files: ['q/d/f', 'q/d/e/a'],
    held: ['q/d', 'q/d/e', 'q/d/e', 'q/d/e/a'],
    names: [
      'q/d',
      'q/d/e',
      'q/d/e/',
      'q/d/e/a',
      'q/d/e/new',
      'q/d/way',
      'q/d/way/',
      'q/d/way/a',
      'q/d/way/new',
      'q/d/e2',
      'q/d/e2/new',
    ],
    rests: ['', '/', '.', 'a', 'new', 'e', 'e/a', 'e/new', 'e2', 'way', 'way/a', 'way/new', '..', '../e/a'],
    changes: [
      ['rename q/d/e q/d/e2', 'mkdir q/d/e'],
      ['rename q/d/e q/d/e2'],
      ['unlink q/d/e/a'],
      ['unlink q/d/e/a', 'rmdir q/d/e'],
    ],
  },
  {
    files: ['q/p/lease/a'],
    held: ['q/p/lease', 'q/p/lease', 'q/p/lease/a', 'q/p'],
    names: ['q/p/lease', 'q/p/lease/a', 'q/p/lease/new', 'q/p/new', 'q/p/a'],
    rests: ['', '/', 'a', 'new', 'lease', 'lease/new', '..', '../lease', '../new'],
    changes: [
      ['unlink q/p/lease/a'],
      ['unlink q/p/lease/a', 'rmdir q/p/lease'],
      ['unlink q/p/lease/a', 'rmdir q/p/lease', 'mkdir q/p/lease'],
      ['rename q/p/lease q/p/old', 'mkdir q/p/lease'],
    ],
  },
  {
    files: ['q/d/deep/x/b', 'q/d/empty/b', 'q/z/y/b'],
    held: ['q/d', 'q/d/deep', 'q/d/deep/x', 'q/d/empty', 'q/z/y', 'q/z'],
    names: [
      'q/d/deep',
      'q/d/deep/x',
      'q/d/deep/x/b',
      'q/d/empty',
      'q/d/empty/x',
      'q/z',
      'q/z/y',
      'q/z/y/b',
      'q/z/deep',
      'q/d/deep/x/../..',
    ],
    rests: ['', '/', 'b', 'x', 'x/b', 'y', 'deep', 'empty', '..', '../..', '../y', 'x/..'],
    changes: [
      ['unlink q/d/empty/b'],
      ['unlink q/z/y/b'],
      ['unlink q/z/y/b', 'rename q/d/empty q/z/y'],
      ['rename q/d/deep q/z/deep'],
      ['unlink q/d/empty/b', 'rename q/z/y q/d/empty'],
    ],
  },
];
