import { describe, expect, it } from 'vitest';
import { nanook } from './testing/run.fixture.js';

describe('nanook', () => {
  it('suggests the command and the option that a misspelled one resembles, and exits with 2', async () => {
    const command = await nanook('checks');
    expect(command.code).toBe(2);
    expect(command.err).toContain('Did you mean check?');
    const option = await nanook('check', '--jso');
    expect(option.code).toBe(2);
    expect(option.err).toContain('Did you mean --json?');
  });

  it('exits with 2 without a command, and for a missing argument', async () => {
    expect((await nanook()).code).toBe(2);
    const { code, err } = await nanook('explain', 'ann');
    expect(code).toBe(2);
    expect(err).toContain("missing required argument 'action'");
  });

  it('prints its version and its help, and exits with 0', async () => {
    expect(await nanook('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const { code, out } = await nanook('check', '--help');
    expect(code).toBe(0);
    expect(out).toContain('nanook check --format github');
  });

  it('shows an example in the help of each command', async () => {
    const { out } = await nanook('--help');
    const names = [...out.slice(out.indexOf('Commands:')).matchAll(/^  ([a-z][a-z-]*)/gm)].map(
      ([, name]) => name!,
    );
    expect(names.length).toBeGreaterThan(15);
    const parts = ['keygen', 'build', 'sign', 'verify'].map((name) => ['bundle', name]);
    const commands = [
      ...names.filter((name) => name !== 'help' && name !== 'bundle').map((name) => [name]),
      ...parts,
    ];
    for (const command of commands)
      expect((await nanook(...command, '--help')).out).toMatch(
        new RegExp(`Examples?:\\n.*nanook ${command.join(' ')}`, 's'),
      );
  });
});
