import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';

const isInstalled = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** Returns the completions of bash for the last of the words after `nanook`. */
function completed(...words: readonly string[]): string[] {
  const script = `source nanook.bash; COMP_WORDS=(nanook "$@"); COMP_CWORD=$#; _nanook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { encoding: 'utf8' });
  return out.split('\n').filter((line) => line !== '');
}

describe.runIf(isInstalled('bash'))('nanook completion bash', () => {
  beforeEach(async () => {
    await enterFolder({ 'a.polar': '', 'my notes.polar': '', 'b.txt': '', 'policy/c.polar': '' });
    await writeFile('nanook.bash', (await nanook('completion', 'bash')).out);
  });

  it('completes commands', () => {
    expect(completed('ch')).toEqual(['check']);
    expect(completed('')).toContain('completion');
  });

  it('completes the options of a command, and their values', () => {
    expect(completed('check', '--fo')).toEqual(['--format']);
    expect(completed('fmt', '--fo')).toEqual([]);
    expect(completed('check', '--format', '')).toEqual(['text', 'json', 'github', 'sarif']);
    expect(completed('test', '--reporter', 'j')).toEqual(['json', 'junit']);
  });

  it('completes policies and folders, also with a space in the name', () => {
    expect(completed('check', '').toSorted()).toEqual(['a.polar', 'my notes.polar', 'policy']);
    expect(completed('where', '-p', 'policy/')).toEqual(['policy/c.polar']);
    expect(completed('check', '--config', 'b')).toEqual(['b.txt']);
  });

  it('does not take an argument for a command', () => {
    expect(completed('explain', 'check', '--fo')).toEqual([]);
    expect(completed('explain', 'check', '--fi')).toEqual(['--field']);
  });
});

describe('nanook completion', () => {
  it.each(['bash', 'zsh', 'fish'])(
    'prints a script of which %s accepts the syntax, with all commands',
    async (shell) => {
      await enterFolder({});
      const { code, out } = await nanook('completion', shell);
      expect(code).toBe(0);
      for (const command of ['who-can', 'completion', 'repl']) expect(out).toContain(command);
      await writeFile('script', out);
      const stderr = isInstalled(shell)
        ? spawnSync(shell, ['-n', 'script'], { encoding: 'utf8' }).stderr
        : '';
      expect(stderr).toBe('');
    },
  );

  it('exits with 2 for another shell', async () => {
    expect(await nanook('completion', 'tcsh')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Allowed choices are bash, zsh, fish'),
    });
  });
});
