import type { Specification } from './specification.js';

/** Those that no option of the command line has: they are about a specification that ships. */
const withoutFlag: readonly string[] = ['title', 'install', 'tried', 'version', 'name', 'directory', 'seed'];

/** `commandRemove` -> `--command-remove`. */
export function flagOf(member: string): string {
  return `--${member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A specification as the options that say the same; undefined where an option takes no value. */
export function toFlags(specification: Specification): [flag: string, value: string | undefined][] {
  return Object.entries(specification)
    .filter(([member]) => !withoutFlag.includes(member))
    .flatMap(([member, value]): [string, string | undefined][] => {
      const flag = flagOf(member);
      if (value === true) return [[flag, undefined]];
      if (value === false || value === undefined) return [];
      if (member === 'failed') return [[flag, value.join(',')]];
      if (Array.isArray(value)) return value.map((one) => [flag, String(one)]);
      if (typeof value === 'object')
        return Object.entries(value).map(([name, text]) => [flag, `${name}=${text}`]);
      return [[flag, String(value)]];
    });
}
