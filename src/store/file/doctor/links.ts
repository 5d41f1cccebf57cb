import { readlinkSync } from 'node:fs';
import path from 'node:path';

/** The links in the order in which the system follows them, those above the file included. */
export function linksOn(given: string): { link: string; to: string }[] {
  const links: { link: string; to: string }[] = [];
  let rest = given.split(path.sep).filter((part) => part !== '');
  let at = path.parse(given).root;
  while (rest.length > 0) {
    const [next = '', ...after] = rest;
    const place = path.join(at, next);
    const to = linkTarget(place);
    if (to === undefined) {
      at = place;
      rest = after;
      continue;
    }
    // A circle is listed once.
    if (links.some(({ link }) => link === place)) return links;
    links.push({ link: place, to });
    const whole = path.join(path.resolve(at, to), ...after);
    rest = whole.split(path.sep).filter((part) => part !== '');
    at = path.parse(whole).root;
  }
  return links;
}

function linkTarget(place: string): string | undefined {
  try {
    return readlinkSync(place);
  } catch {
    // It is no link, or does not exist.
    return undefined;
  }
}
