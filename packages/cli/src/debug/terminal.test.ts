import { beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../program.js';
import { enterFolder, nanook, nanookWith, project, recordedIo } from '../testing/run.fixture.js';

/** Runs `nanook debug` with commands. Returns the lines of the output. */
async function debug(commands: readonly string[], ...words: readonly string[]): Promise<string[]> {
  const { out, err } = await nanookWith(commands.map((line) => `${line}\n`).join(''), 'debug', ...words);
  return (out + err).trimEnd().split('\n');
}

describe('nanook debug', () => {
  beforeEach(() => enterFolder(project));

  it('shows each stop with its line, and the values of the condition', async () => {
    const lines = await debug(['break 18', 'c', 'n', 'q'], 'ann', 'edit', 'report');
    expect(lines.slice(0, 3)).toEqual([
      'query:1 in the query',
      '> 1 | allow(User{id: 7}, "edit", Note{id: 3, authorId: 8, organization: Organization{id: 1, ownerId: 7}})',
      `    | ${'^'.repeat(lines[1]!.length - 6)}`,
    ]);
    // Without a file, the breakpoint is an error, because the query is in no file.
    expect(lines[3]).toBe('debug> break 18');
    expect(lines.at(-1)).toBe('expected a file with the line, such as policy/main.polar:18, found 18');
  });

  it('cuts the lines of a policy at the width of the terminal, and keeps the marked part', async () => {
    await enterFolder({
      'a.polar': `f(x) if debug() and "${'a'.repeat(200)}" = x and x = 2 and "${'b'.repeat(200)}" = x;\n`,
      'nanook.config.json': '{ "queries": ["f"] }',
    });
    const io = { ...recordedIo('c\nn\nlist\nn\nq\n'), columns: 60 };
    await runProgram(['debug', 'f(1)'], io);
    const lines = io.texts.out.split('\n');
    const shown = lines.filter((line) => /^[> ] \s*\d* \|/.test(line));
    expect(lines[lines.indexOf('debug> list') + 1]).toBe('a.polar:1 in f');
    expect(Math.max(...shown.map((line) => line.length))).toBe(60);
    const at = lines.indexOf('a.polar:1 in f');
    expect(lines.slice(at + 1, at + 3)).toEqual([
      `> 1 | …() and "${'a'.repeat(44)}…`,
      `    |         ${'^'.repeat(46)}`,
    ]);
  });

  it('stops at lines, rules and failures, and goes back', async () => {
    const lines = await debug(
      ['break policy/main.polar:22', 'break has_relation', 'break failure', 'break', 'c', 'c', 'n', 'b', 'q'],
      'ben',
      'edit',
      'report',
    );
    const stops = lines.filter(
      (line) => / in (has_|allow|the query)/.test(line) || line.startsWith('  stops'),
    );
    expect(stops).toEqual([
      'query:1 in the query',
      '  stops at policy/main.polar:22',
      '  stops at the rule has_relation',
      '  stops at each failure',
      'rule is entered: policy/main.polar:20 in has_relation',
      'breakpoint: policy/main.polar:22 in has_role',
      'policy/main.polar:23 in has_role',
      'policy/main.polar:23 in has_role (an earlier step)',
    ]);
    expect(lines).toContain('  organization.ownerId = 7, user.id = 8');
  });

  it('stops at a breakpoint with a condition where it holds', async () => {
    const lines = await debug(
      ['break has_role if user.id = 7', 'break policy/main.polar:22 if user.id = 8', 'break', 'c', 'q'],
      'ben',
      'edit',
      'report',
    );
    expect(lines.filter((line) => / if user\.id|in has_/.test(line) && !line.startsWith('debug>'))).toEqual([
      '  stops at the rule has_role if user.id = 7',
      '  rule has_role if user.id = 7',
      '  policy/main.polar:22 if user.id = 8',
      'breakpoint: policy/main.polar:22 in has_role',
    ]);
  });

  it('does not move for a movement with an argument, and names the command for breakpoints', async () => {
    const lines = await debug(['b 22', 's 3', 'q'], 'ben', 'edit', 'report');
    expect(lines).toContain('b has no argument, found 22; to stop at a place, write break 22');
    expect(lines).toContain('s has no argument, found 3');
    expect(lines.filter((line) => line.includes(' in allow'))).toEqual([]);
  });

  it('prints bindings, the stack, goals, alternatives and the result of a query', async () => {
    const lines = await debug(
      [
        'break has_role',
        'c',
        'n',
        'bindings',
        'stack',
        'goals',
        'alternatives',
        'p user.id + 1',
        'frame 1',
        'print x in [user.id, 1]',
        'p actor(',
        'quit',
      ],
      'ben',
      'edit',
      'report',
    );
    const of = (command: string): string[] => {
      const start = lines.indexOf(`debug> ${command}`) + 1;
      const rest = lines.slice(start);
      const end = rest.findIndex((line) => line.startsWith('debug>'));
      return rest.slice(0, end < 0 ? rest.length : end);
    };
    expect(of('bindings')).toEqual([
      '  user = User{id: 8}',
      '  organization = Organization{id: 1, ownerId: 7}',
    ]);
    expect(of('stack')).toEqual([
      '> 0 has_role (policy/main.polar:23)',
      '  1 has_permission (policy/main.polar:14)',
      '  2 allow (policy/main.polar:18)',
      '  3 the query (query:1)',
    ]);
    expect(of('frame 1')[1]).toBe('> 1 has_permission (policy/main.polar:14)');
    expect(of('goals')).toEqual(['  no goal is left']);
    expect(of('alternatives')).toEqual(['  no alternative is left']);
    expect(of('p user.id + 1')).toEqual(['  9']);
    expect(lines.slice(-4).join('\n')).toContain('expression:1:7');
  });

  it('shows the answers of a query, and ends with their number', async () => {
    const lines = await debug(['c', 'c', 'c', 'c'], 'x in [1, 2] and x > 0');
    expect(lines.filter((line) => line.startsWith('  x = '))).toEqual(['  x = _', '  x = 1', '  x = 2']);
    expect(lines.at(-1)).toBe('2 answers');
  });

  it('runs to the end when the input ends', async () => {
    expect(await nanookWith('s\n', 'debug', 'ann', 'edit', 'report')).toMatchObject({ code: 0 });
    const { code, out } = await nanookWith('', 'debug', 'cem', 'edit', 'report');
    expect({ code, last: out.trimEnd().split('\n').at(-1) }).toEqual({ code: 1, last: 'denied' });
  });

  it('repeats the last command on an empty line, and lists the commands', async () => {
    const repeated = await debug(['s', '', '', 'q'], 'ann', 'edit', 'report');
    const written = await debug(['s', 's', 's', 'q'], 'ann', 'edit', 'report');
    const withoutPrompts = (lines: string[]): string[] => lines.filter((line) => !line.startsWith('debug>'));
    expect(withoutPrompts(repeated)).toEqual(withoutPrompts(written));
    expect(await debug(['', 'q'], '1 = 1')).toContain('s, step         go to the next goal or rule');
    expect(await debug(['fly', 'q'], '1 = 1')).toContain('no command is called fly; help lists the commands');
  });

  it('removes breakpoints', async () => {
    const lines = await debug(
      ['break allow', 'clear allow', 'clear error', 'break', 'clear allow', 'q'],
      '1 = 1',
    );
    expect(lines).toContain('  there is no breakpoint');
    expect(lines).toContain('there is no breakpoint allow; break lists them');
  });

  it('refuses other words than a query or a check', async () => {
    expect(await nanook('debug', 'ann', 'edit')).toMatchObject({
      code: 2,
      err: expect.stringContaining('a query, or an actor'),
    });
    expect(await nanook('debug', 'f(')).toMatchObject({ code: 2, err: expect.stringContaining('query:1:3') });
    expect(await nanook('debug', '--attach', 'there')).toMatchObject({ code: 2 });
    expect(await nanook('debug', '--attach', '127.0.0.1:1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no process waits for a debugger at 127.0.0.1:1'),
    });
  });
});
