import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder } from './testing/run.fixture.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const script = `${root}.github/actions/check/check.sh`;
const defaults = {
  NANOOK_PATHS: '',
  NANOOK_VERSION: 'latest',
  NANOOK_MAX_WARNINGS: '',
  NANOOK_FORMAT: 'true',
  NANOOK_TEST: 'false',
  NANOOK_DIFF: '',
};

/** Runs the script of the action with a command `nanook` that notes its arguments, and fails for some of them. */
async function run(
  inputs: object,
  failing = '',
): Promise<{ readonly status: number | null; readonly calls: string }> {
  await mkdir('node_modules/.bin', { recursive: true });
  await writeFile(
    'node_modules/.bin/nanook',
    `#!/bin/sh\nfor arg in "$@"; do printf '[%s]' "$arg" >> calls; done\necho >> calls\n[ "$1" != "${failing}" ]\n`,
  );
  await chmod('node_modules/.bin/nanook', 0o755);
  await writeFile('calls', '');
  const env = { ...process.env, ...defaults, GITHUB_STEP_SUMMARY: 'summary.md', ...inputs };
  const { status } = spawnSync('bash', [script], { env });
  return { status, calls: await contentOf('calls') };
}

describe('the action for GitHub', () => {
  beforeEach(() => enterFolder({}));

  it('checks and formats the policies of the configuration', async () => {
    expect(await run({})).toEqual({ status: 0, calls: '[check][--format][github]\n[fmt][--check]\n' });
  });

  it('passes its inputs to the commands', async () => {
    const inputs = {
      NANOOK_PATHS: 'policy/ a.polar',
      NANOOK_MAX_WARNINGS: '0',
      NANOOK_FORMAT: 'false',
      NANOOK_TEST: 'true',
      NANOOK_DIFF: 'origin/main',
    };
    expect((await run(inputs)).calls).toBe(
      '[check][--format][github][--max-warnings][0][policy/][a.polar]\n[test][policy/][a.polar]\n[diff][origin/main][--format][markdown]\n',
    );
  });

  it('runs the commands after one that fails, and then fails; changed decisions are no failure', async () => {
    expect(await run({}, 'check')).toMatchObject({ status: 1, calls: expect.stringContaining('[fmt]') });
    expect((await run({ NANOOK_DIFF: 'main' }, 'diff')).status).toBe(0);
  });

  it('runs no text of an input as a command', async () => {
    const { calls } = await run({ NANOOK_DIFF: '$(touch stolen); `id`', NANOOK_PATHS: '$(id)' });
    expect(calls).toContain('[$(touch stolen); `id`]');
    await expect(readFile('stolen')).rejects.toThrow('ENOENT');
  });

  it('declares an input for each variable of the script', async () => {
    const action = await readFile(`${root}.github/actions/check/action.yml`, 'utf8');
    const text = await readFile(script, 'utf8');
    const variables = [...action.matchAll(/^ +(NANOOK_\w+): \$\{\{ inputs\.([\w-]+) \}\}$/gm)];
    expect(variables.map(([, name]) => name)).toEqual(Object.keys(defaults));
    for (const [, name, input] of variables) {
      expect(action).toContain(`\n  ${input}:\n`);
      expect(text).toContain(`$${name}`);
    }
  });
});
