import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addProduct } from '../../src/cli/product.js';
import { instruments } from '../../src/cli/without-harness.js';
import { holdfast } from './command.test.helper.js';
import { addInstruments } from './index.js';

function namesOf(add: (program: Command) => void): string[] {
  const program = new Command();
  add(program);
  return program.commands.map((one) => one.name());
}

it('the product knows the name of each command of the harness, and says what brings it', () => {
  expect(instruments.toSorted()).toEqual(namesOf(addInstruments).toSorted());
});

it('the installed command has the commands of the product and of the harness', async () => {
  const { stdout } = await holdfast(['--help']);
  const listed = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  expect(listed).toEqual(expect.arrayContaining([...namesOf(addProduct), ...namesOf(addInstruments)]));
});

it('the command alone prints its help, and list alone what can be listed: neither is an error', async () => {
  const alone = await holdfast([]);
  expect([alone.exitCode, alone.stderr]).toEqual([0, '']);
  expect(alone.stdout).toMatch(/^Usage: holdfast /);
  const list = await holdfast(['list']);
  expect([list.exitCode, list.stdout]).toEqual([0, expect.stringMatching(/^scenarios .*\n.*targets /)]);
});
