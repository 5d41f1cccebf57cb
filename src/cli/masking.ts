import { tokenPattern } from '../tokens/format.js';

const hidden = '********';

/**
 * Masks the secrets in a message about a command that were given in the wrong place: the error of `--permissions TOKEN` or
 * `auth KEY` goes to a terminal, a log, a ticket. Only words of the command itself are masked, because names of files and
 * processes may look like secrets.
 *
 * @param words the arguments of the command
 */
export function withoutSecrets(text: string, words: readonly string[]): string {
  const secrets = words.flatMap(piecesOf).filter(looksSecret);
  // The longest first: one may be part of another.
  const masked = [...new Set(secrets)].sort((a, b) => b.length - a.length).reduce(hide, text);
  const everyToken = new RegExp(tokenPattern, 'g');
  // `--key=SECRET` is no option, whatever the secret looks like.
  return masked
    .replace(everyToken, hidden)
    .replace(/unknown option '(--?[\w-]+)=.*'/s, "unknown option '$1=...'");
}

/** A message may quote a word cut to a length, or as JSON. */
function hide(text: string, secret: string): string {
  const escaped = JSON.stringify(secret).slice(1, -1);
  for (const form of [secret, escaped]) {
    for (let length = form.length; length >= Math.min(form.length, quotedMin); length--) {
      const beginning = form.slice(0, length);
      if (text.includes(beginning)) return hide(text.replaceAll(beginning, hidden), secret);
    }
  }
  return text;
}

/** A quotation of this many characters of a secret counts as the secret. */
const quotedMin = 12;

/** Returns a word and its parts: `--name=value`, `a,b`, `https://user:password@host`; for a path, only parts of a known form. */
function piecesOf(word: string): string[] {
  const bare = word.replace(/^-+/, '');
  const parts = bare.split(/[\s,;=:@?&#'"()/\\]+/);
  return /^[.~/]|\.[a-z]{1,6}$/.test(bare) ? parts.filter(isOfKnownForm) : [bare, ...parts];
}

/** How common tokens and keys begin. */
const prefixes =
  /^(oct_|[spr]k[-_]|gh[opusr]_|github_pat_|glpat-|npm_|xox[a-z]-|hf_|gsk_|xai-|AKIA|ASIA|AIza|eyJ|ya29\.)/;
const prefixedMin = 12;
const lengthMin = 20;

/** True for a word that begins like the tokens or keys of a known service. No provider, file or option has such a name. */
export function isOfKnownForm(word: string): boolean {
  return prefixes.test(word) && word.length >= prefixedMin;
}

/** True for a word that looks like a secret: of a known form, or long and made of letters and digits, unless it reads as a name. */
export function looksSecret(word: string): boolean {
  if (isOfKnownForm(word)) return true;
  if (word.length < lengthMin || ownName.test(word) || looksNamed(word)) return false;
  // Base 64 has slashes, too.
  if (word.includes('/')) return /^[\w+/=]+$/.test(word) && isMixed(word);
  return isMixed(word) || (/[a-z]/i.test(word) && /\d/.test(word));
}

/** A state that was kept: `corrupt-3f2a77a0b1c2d3e4`. */
const ownName = /^(.+\.)?corrupt-[0-9a-f]{1,16}$/;

/** `textbook-stale-2000-a0f08463`, `claude-3-5-sonnet-20241022`: few characters are in parts that mix letters and digits. */
function looksNamed(word: string): boolean {
  const mixed = word.split(/[-_.]/).filter((part) => /[a-z]/.test(part) && /\d/.test(part));
  return /^[a-z\d._-]+$/.test(word) && mixed.join('').length < mixedMin;
}

const mixedMin = 16;

function isMixed(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && (/\d/.test(word) || /^\w{32,}$/.test(word));
}
