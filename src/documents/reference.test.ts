import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { project } from './snippets.test.helper.js';

const workspace = path.join(project, 'tools', 'reference');
const typedoc = path.join(workspace, 'node_modules', 'typedoc', 'bin', 'typedoc');

it('every export of the package has a docstring, and every link in a docstring resolves', async () => {
  const args = [typedoc, '--emit', 'none'];
  const result = await execa(process.execPath, args, { cwd: workspace, reject: false, all: true });
  expect([result.exitCode, result.all]).toEqual([0, expect.any(String)]);
});
