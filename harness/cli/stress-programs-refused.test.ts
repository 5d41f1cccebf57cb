import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { program, shell } from './stress-programs.test.helper.js';

describe('a program that is not what the user says is refused in the words of the command line', () => {
  const refused: [string[], string][] = [
    [
      ['--command', 'git config {file} {key}', '--format', 'ini'],
      '--command has no {value}: nothing could be recognised afterwards',
    ],
    [['--command', 'nmp'], 'did you mean "npm"?'],
    [
      ['--command', 'no-such-program {key} {value}', '--file', 'f.ini'],
      '"no-such-program" is not on the PATH',
    ],
    [['--format', 'ini'], '--format describes a program, and none is named'],
    [[...shell, '--scenario', 'pause'], 'in a program of others there is no such point'],
    [
      ['--command', 'true {key} {value}', '--file', 'f.ini'],
      '"true" was acknowledged (exit 0), and "probe-provider" is not in ~/f.ini as --format reads it; there is no such file',
    ],
    [
      ['--command', 'echo "$KEY $VALUE" > "$FILE"', '--shell', '--format', 'ini'],
      'as --format reads it; the file: 1 lines, e.g. "probe-provider ...',
    ],
    [
      ['--command', 'false {key} {value}', '--file', 'f.ini'],
      '"false" could not set even alone: false ended with exit code 1',
    ],
    [
      [
        '--command',
        'echo "$KEY=$VALUE" >> "$FILE"',
        '--shell',
        '--format',
        'dotenv',
        '--command-remove',
        'true $KEY',
      ],
      'is it the right --command-remove?',
    ],
    [
      ['--serve', 'true {port}', '--set', 'PUT /{key} {value}', '--file', 'f.json', '--ready', 'x'],
      '"true" did not serve: it ended with 0',
    ],
  ];
  const alsoRefused: [string[], string][] = [
    [['--command', './absent.json'], 'there is no specification at'],
    [[...shell, '--failed', 'x'], 'Expected exit codes'],
    [[...shell, '--env', 'x'], 'Expected NAME=VALUE'],
    [[...shell, '--runtime', 'bun'], 'is a program, which runs on what it runs on'],
    [[...shell, '--explain'], '--explain steers a store within its process'],
    [[...shell, '--scenario', 'rogue-writer'], "this file is another program's"],
    [['--command', 'echo "$KEY=$VALUE" > "$FILE"', '--shell', '--format', 'json'], "can't be read as json"],
  ];
  async function isRefused(args: string[], message: string) {
    const { exitCode, stderr } = await program(args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  }
  eachInTiers([...refused, ...alsoRefused], 3)('the command line refuses %j, and says why', isRefused);

  it('a program that keeps its file elsewhere is refused, and the file is named', async () => {
    const text = 'echo "$KEY=$VALUE" >> "$FILE"; date >> "$DIR/f.env"';
    const { exitCode, stderr } = await program(['--command', text, '--shell', '--file', 'f.env']);
    expect(stderr).toMatch(/does not keep to the home that it was given: while it ran, \S+\/f\.env changed/);
    expect(exitCode).toBe(2);
  });
});
