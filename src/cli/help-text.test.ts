import { expect, it } from 'vitest';
import { fitHelp } from './help-text.js';

const help = `
A sentence that somebody has broken
for a page of another width, and more.

Examples:
  holdfast stress                 every scenario
  holdfast stress --target naive --no-controls      what the agent's own code loses
  holdfast stress --target naive --scenario two-terminals

Exit codes: 0 all guarantees held, 1 violated,
2 usage.
`;

it('help that fits stays as it is', () => {
  expect(fitHelp(help, 200)).toBe(help);
});

it('sentences are broken anew, what an example is for goes below it, and a long command ends its lines as a shell wants it', () => {
  expect(fitHelp(help, 50)).toBe(`
A sentence that somebody has broken for a page of
another width, and more.

Examples:
  holdfast stress                 every scenario
  holdfast stress --target naive --no-controls
      what the agent's own code loses
  holdfast stress --target naive --scenario \\
    two-terminals

Exit codes: 0 all guarantees held, 1 violated, 2
usage.
`);
});

it('each part that is written by itself is fitted by itself', () => {
  expect(fitHelp('\nOptions:\n  --out <dir>  where\n', 12)).toBe('\nOptions:\n  --out <dir>\n      where\n');
});

it('no line ends within quotes, and what an example is for may have lines of its own', () => {
  const long = `
Examples:
  holdfast explore --command 'git config --file {file}' --format "$(cat format)"
                                   any program, in any
                                   language`;
  expect(fitHelp(long, 42)).toBe(`
Examples:
  holdfast explore --command \\
    'git config --file {file}' --format \\
    "$(cat format)"
      any program, in any language`);
});
