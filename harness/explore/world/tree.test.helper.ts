import type { FoundEntry, OpenFile, Tree } from './walk.js';

/** Entries by path: `d/f: 3` is a file, `d: 2/` a directory, `l: 5>d/f` a link. */
export type Drawn = Readonly<Record<string, string>>;

/** A tree as it is drawn; what is open may be something that has no path any more. */
export function treeOf(drawn: Drawn, open: Readonly<Record<number, OpenFile>> = {}): Tree {
  const root = '1';
  const found = new Map<string, FoundEntry>(
    Object.entries(drawn).map(([place, text]) => {
      const [, inode = '', mark, target] = /^(\d+)([/>]?)(.*)$/.exec(text) ?? [];
      if (mark === '/') return [place, { inode, kind: 'directory' }];
      if (mark === '>') return [place, { inode, kind: 'link', target: target ?? '' }];
      return [place, { inode, kind: 'file' }];
    }),
  );
  const placeOf = (directory: string) =>
    directory === root ? '' : [...found].find(([, { inode }]) => inode === directory)?.[0];
  return {
    root,
    rootPath: '/sandbox',
    child(directory, name) {
      const place = placeOf(directory);
      return place === undefined ? undefined : found.get(place === '' ? name : `${place}/${name}`);
    },
    parent(directory) {
      const above = placeOf(directory)?.split('/').slice(0, -1).join('/');
      return above === undefined ? undefined : above === '' ? root : found.get(above)?.inode;
    },
    openFile: (fd) => open[Number(fd)],
  };
}
