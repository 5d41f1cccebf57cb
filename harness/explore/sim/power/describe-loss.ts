import type { Image, Node } from './image.js';

/** What is otherwise after a power loss than the processes saw it before, in words. @param root what paths are relative to */
export function describeLoss(before: Image, after: Image, root: string): string {
  const [seen, left] = [filesBelow(before, root), filesBelow(after, root)];
  const names = [...new Set([...seen.keys(), ...left.keys()])].sort();
  const words = names.flatMap((name) => differenceOf(name, seen.get(name), left.get(name)) ?? []);
  return words.length === 0 ? 'nothing is lost' : words.join(', ');
}

function differenceOf(name: string, seen: Node | undefined, left: Node | undefined): string | undefined {
  const short = name.split('/').slice(-2).join('/');
  if (!left) return `${short} is gone`;
  if (!seen) return `${short} is there again`;
  if (seen.ino !== left.ino) return `${short} is the file of before`;
  if (Buffer.compare(seen.bytes, left.bytes) !== 0) return `${short} ${contentOf(left.bytes, seen.bytes)}`;
  if (seen.mode !== left.mode) return `${short} has mode ${(left.mode & 0o777).toString(8)}`;
  return undefined;
}

function contentOf(bytes: Uint8Array, seen: Uint8Array): string {
  if (bytes.length === 0) return 'is empty';
  if (bytes.every((byte) => byte === 0)) return 'is all zeros';
  const whole = Buffer.compare(bytes, seen.subarray(0, bytes.length)) === 0 && bytes.length < seen.length;
  return whole ? `has its first ${bytes.length} bytes of ${seen.length}` : 'has another content';
}

function filesBelow(image: Image, root: string): Map<string, Node> {
  const found = new Map<string, Node>();
  const visit = (id: number, name: string): void => {
    const node = image.nodes.get(id);
    if (!node) return;
    if (name.startsWith(`${root}/`)) found.set(name.slice(root.length + 1), node);
    for (const [child, inode] of node.children) visit(inode, `${name}/${child}`);
  };
  visit(image.root, '');
  return found;
}
