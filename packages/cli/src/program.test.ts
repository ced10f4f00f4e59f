import { describe, expect, it } from 'vitest';
import { enterFolder, nanook, project } from './testing/run.fixture.js';

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

  describe.each([
    [['where', 'ann', 'read', 'Nope'], 'no type is registered as `Nope`'],
    [['where', 'ann', 'nope', 'Note'], 'no rule can allow "nope"'],
    [['where', 'nobody', 'read', 'Note'], 'no fixture has the name `nobody`'],
    [['who-can', 'nope', 'report'], 'no rule can allow "nope"'],
    [['who-can', 'read', 'nope'], 'no fixture has the name `nope`'],
    [['who-can', 'read', 'Note{id: 1}', '--config', 'bare.json'], 'the configuration has none'],
    [['what-can', 'ann', 'nope'], 'no fixture has the name `nope`'],
    [['explain', 'ann', 'read', 'report', '--field', 'title'], '--field needs a rule `allow_field`'],
    [['explain', 'ann', 'read', 'report', '--html', 'policy'], 'the file policy cannot be written'],
    [['query', 'nope(x)'], 'Query for undefined rule `nope`'],
    [['query', 'nope'], 'expected a query such as allow(ann, action, report), found the name nope'],
    [
      ['query', 'x > 1'],
      'an answer gives `x` no single value, only a condition: x > 1; print it with --expressions',
    ],
    [['debug', 'nope'], 'expected a query such as'],
    [['check', '--config', 'policy'], 'expected the file of a configuration, found the folder policy'],
    [['check', '--config', 'broken.json'], 'broken.json: '],
    [['check', '--config', 'limits.json'], 'the option `limits.timeoutMs` must be a positive number'],
    [['explain', 'ann', 'read', 'report', '--config', 'limits.json'], 'the option `limits.timeoutMs`'],
    [['check', '--config', 'types.json'], 'the option `types` must be an object of types'],
    [['audit', '--application', 'policy'], 'found the folder policy'],
    [['fmt', 'no.polar'], 'cannot find the policy file no.polar'],
  ])('with wrong usage: %j', (args, reason) => {
    it('exits with 2, and writes one reason to the standard error', async () => {
      await enterFolder({
        ...project,
        'broken.json': '{',
        'bare.json': '{ "policies": "policy/*.polar" }',
        'limits.json': '{ "policies": "policy/*.polar", "limits": { "timeoutMs": -1 } }',
        'types.json': '{ "policies": "policy/*.polar", "types": 5 }',
      });
      const { code, out, err } = await nanook(...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(reason);
    });
  });

  it.each([
    [['query', 'nope', '--json'], 'expected a query such as'],
    [['explain', 'ann', 'read', '--json'], "missing required argument 'resource'"],
    [['check', '--nope', '--format', 'json'], "unknown option '--nope'"],
    [['test', '--reporter=json', '--all'], '--all needs --mutate'],
    [['explain', 'nobody', 'read', 'report', '--json'], 'no fixture has the name `nobody`'],
  ])('writes the error of a wrong usage as JSON if the arguments ask for JSON: %j', async (args, reason) => {
    await enterFolder(project);
    const { code, out, err } = await nanook(...args);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toEqual({ error: { message: expect.stringContaining(reason) } });
  });

  it('writes an error of a policy as JSON with its code if the arguments ask for JSON', async () => {
    await enterFolder({ 'a.polar': 'allow(x, "read", y) if nope(x, y);' });
    const { code, out } = await nanook('query', 'allow(1, 2, 3)', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'POLAR_CHECK_UNDEFINED_RULE' } });
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
