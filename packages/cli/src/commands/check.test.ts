// cspell:ignore benn ownr Publik
import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook, nanookWith, project } from '../testing/run.fixture.js';

const misspelled = 'allow(user: User, "read", note: Note) if note.owner = usr and note.open = true;\n';

describe('nanook check', () => {
  beforeEach(() => enterFolder({ 'policy/a.polar': misspelled }));

  it('reports the mistakes in tests at their places, without deciding the assertions', async () => {
    await enterFolder({
      ...project,
      'policy/tests.polar': `test "a" {
  assert allow(benn, "edit", report);
  assert_not allow(ben, "raed", report);
  assert_not allow(ann, "read", report);
}
test "b" {
  setup {
    has_role(ben, "ownr", acme);
  }
  assert_not has_rol(ben, "owner", acme);
}
test "c" { assert_not allow(Usr{1}, "read", report); }
test "d" { setup { nothing(ben); } assert_not allow(ben, "edit", report); }
`,
    });
    const { code, out } = await nanook('check', '--json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(out) as { findings: Record<string, unknown>[] };
    expect(findings.map((each) => [each['severity'], each['code'], each['line'], each['column']])).toEqual([
      ['error', 'NANOOK_TEST_UNKNOWN_NAME', 2, 16],
      ['error', 'POLAR_TYPE_NOT_GRANTABLE', 3, 25],
      ['error', 'POLAR_CHECK_UNDECLARED_NAME', 8, 5],
      ['error', 'POLAR_TYPE_UNKNOWN_TYPE', 12, 29],
      ['error', 'POLAR_CHECK_UNUSED_RULE', 13, 20],
    ]);
  });

  it('leaves tests to nanook test if the fixtures are a function, which can need a database', async () => {
    await enterFolder({
      'a.polar': 'allow("ann", "read", "note");\ntest "a" { assert allow(benn, "read", "note"); }\n',
      'nanook.config.mjs':
        'export default { types: {}, fixtures: () => { throw new Error("no database"); } };',
    });
    const { code, out } = await nanook('check', '--json');
    expect(code).toBe(0);
    expect(out).toContain('The fixtures are a function');
  });

  it('finds the policies of a project without a configuration, and takes their types for granted', async () => {
    const { code, out } = await nanook('check');
    expect(code).toBe(1);
    expect(out).toContain('POLAR_CHECK_SINGLETON_VARIABLE');
    expect(out).toContain('policy/a.polar:1:55');
    expect(out).not.toContain('UNKNOWN_SPECIALIZER');
    expect(out).toContain('The types of the application are not known');
  });

  it('writes the findings as JSON with 1-based places', async () => {
    const { code, out } = await nanook('check', '--json');
    expect(code).toBe(1);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ files: ['policy/a.polar'], errors: 1 });
    expect(result.findings).toContainEqual({
      severity: 'error',
      code: 'POLAR_CHECK_SINGLETON_VARIABLE',
      message: expect.stringContaining('usr'),
      file: 'policy/a.polar',
      line: 1,
      column: 55,
      endLine: 1,
      endColumn: 58,
      url: expect.stringMatching(/\/reference\/codes\/polar_check_singleton_variable\/$/),
    });
  });

  it('writes workflow commands for GitHub, with escaped texts', async () => {
    const { out } = await nanook('check', '--format', 'github');
    expect(out).toMatch(
      /^::error file=policy\/a\.polar,line=1,col=55,endLine=1,endColumn=58,title=POLAR_CHECK_SINGLETON_VARIABLE::/m,
    );
    for (const line of out.trim().split('\n').slice(0, -1)) expect(line).toMatch(/^::(error|warning) /);
  });

  it('writes SARIF with the place of each finding', async () => {
    const { out } = await nanook('check', '--format', 'sarif');
    const { version, runs } = JSON.parse(out);
    expect(version).toBe('2.1.0');
    const [result] = runs[0].results;
    expect(result).toMatchObject({
      ruleId: 'POLAR_CHECK_SINGLETON_VARIABLE',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'policy/a.polar' },
            region: { startLine: 1, startColumn: 55, endLine: 1, endColumn: 58 },
          },
        },
      ],
    });
    expect(runs[0].tool.driver.rules[result.ruleIndex]).toMatchObject({
      id: result.ruleId,
      shortDescription: { text: expect.stringContaining('is used only once') },
      help: { text: expect.stringMatching(/^Example:\n\n.*\n\nCorrected:\n\n/s) },
      defaultConfiguration: { level: 'error' },
    });
  });

  it('writes the edits of fixes as JSON, with the answers that change', async () => {
    await enterFolder({
      'nanook.config.json': JSON.stringify({
        policies: '*.polar',
        types: { User: {}, Note: { fields: { dueAt: 'Integer?', isOpen: 'Boolean' } } },
      }),
      'a.polar':
        'allow(_: User, "a", n: Note) if n.isOpen and n.isOpen;\nallow(_: User, "b", n: Note) if n.dueAt < 5;\n',
      'b.polar': 'allow(_, "c", n) if n.a && n.b;\n',
    });
    const fixesIn = async (file: string) =>
      JSON.parse((await nanook('check', file, '--json')).out).findings.map(
        ({ fix }: { fix?: object }) => fix,
      );
    expect(await fixesIn('a.polar')).toEqual([
      { line: 1, column: 41, endLine: 1, endColumn: 54, text: '' },
      {
        line: 2,
        column: 33,
        endLine: 2,
        endColumn: 44,
        text: 'n.dueAt != nil and n.dueAt < 5',
        changes: expect.stringContaining('before, it was undecided'),
      },
    ]);
    expect(await fixesIn('b.polar')).toEqual([
      { line: 1, column: 25, endLine: 1, endColumn: 27, text: 'and' },
    ]);
  });

  it('checks the standard input alone, or in place of a file of the project', async () => {
    await enterFolder(project);
    const alone = await nanookWith('allow(', 'check', '--stdin', '--json');
    expect(JSON.parse(alone.out)).toMatchObject({ files: ['standard input'], errors: 1 });
    const text = `${project['policy/main.polar']}allow(_: User, "close", note: Note) if note.writer = 1;\n`;
    const { code, out } = await nanookWith(text, 'check', '--stdin', './policy/main.polar', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      files: ['policy/main.polar'],
      findings: [{ code: 'POLAR_CHECK_UNKNOWN_FIELD', file: 'policy/main.polar' }],
    });
    const added = await nanookWith('f(x) if g(x);', 'check', '--stdin', 'policy/new.polar', '--json');
    expect(JSON.parse(added.out)).toMatchObject({
      files: ['policy/main.polar', 'policy/new.polar'],
      errors: 1,
    });
    expect(await nanookWith('', 'check', '--stdin', '--fix')).toMatchObject({ code: 2 });
  });

  it('checks fields and class names with the types of a configuration', async () => {
    await enterFolder({
      ...project,
      'policy/more.polar': 'allow(user: Usr, "close", note: Note) if note.writer = user;\n',
    });
    const { code, out } = await nanook('check');
    expect(code).toBe(1);
    expect(out).toContain('POLAR_CHECK_UNKNOWN_SPECIALIZER');
    expect(out).toContain('POLAR_CHECK_UNKNOWN_FIELD');
    expect(out).not.toContain('The types of the application are not known');
  });

  it('runs inline queries with the types of a configuration, and reports the one that fails', async () => {
    await enterFolder({ ...project, 'policy/test.polar': '?= 1 = 1;\n?= has_role("x", "owner", "y");\n' });
    const { code, out } = await nanook('check');
    expect(code).toBe(1);
    expect(out).toContain('policy/test.polar:2:4');
    expect(out).toContain('1 error');
  });

  it('exits with 0 for warnings, and with 1 for more than --max-warnings', async () => {
    await enterFolder({ 'a.polar': 'allow(_, "read", _);\nallow(_, "read", _);\n' });
    const { code, out } = await nanook('check');
    expect(out).toContain('NANOOK_LINT_DUPLICATE_RULE');
    expect(code).toBe(0);
    expect((await nanook('check', '--max-warnings', '9')).code).toBe(0);
    expect((await nanook('check', '--max-warnings', '0')).code).toBe(1);
  });

  it('exits with 1 for an equality that nil on both sides makes true', async () => {
    const config = `export default {
      policies: 'a.polar',
      types: { User: { fields: { teamId: 'Integer?' } }, Note: { fields: { teamId: 'Integer?' } } },
    };`;
    const rule = (condition: string) => `allow(user: User, "read", note: Note) if ${condition};`;
    await enterFolder({ 'nanook.config.mjs': config, 'a.polar': rule('note.teamId = user.teamId') });
    const { code, out } = await nanook('check');
    expect([code, out.includes('POLAR_CHECK_BOTH_NIL')]).toEqual([1, true]);
    const guarded = rule('note.teamId != nil and note.teamId = user.teamId');
    await enterFolder({ 'nanook.config.mjs': config, 'a.polar': guarded });
    expect((await nanook('check')).code).toBe(0);
  });

  it('checks the named files and folders only', async () => {
    await enterFolder({ 'good/a.polar': 'allow(_, "read", 1);\n', 'bad/b.polar': 'allow(' });
    expect((await nanook('check', 'good')).code).toBe(0);
    expect((await nanook('check', 'good/a.polar', 'bad')).code).toBe(1);
  });

  it('exits with 2 for a file that does not exist, another kind of file, and a project without policies', async () => {
    expect(await nanook('check', 'no.polar')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no.polar'),
    });
    expect(await nanook('check', 'package.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('ends in .polar'),
    });
    await enterFolder({});
    expect((await nanook('check')).code).toBe(2);
  });

  it('exits with 2 for a configuration with an unknown option, a syntax error, or no default export', async () => {
    await enterFolder({ ...project, 'nanook.config.json': '{ "polices": "a.polar" }' });
    expect(await nanook('check')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean `policies`?'),
    });
    await enterFolder({ ...project, 'nanook.config.json': '{' });
    expect(await nanook('check')).toMatchObject({
      code: 2,
      err: expect.stringContaining('nanook.config.json'),
    });
    await enterFolder({ 'a.polar': misspelled, 'nanook.config.mjs': 'export const types = {};' });
    expect(await nanook('check')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected a default export'),
    });
    expect((await nanook('check', '--config', 'none.ts')).code).toBe(2);
  });

  it('refuses two configurations in one folder, unless the command names one', async () => {
    await enterFolder({ ...project, 'nanook.config.mjs': 'export default {};', 'nanook.config.json': '{}' });
    expect(await nanook('check')).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /expected one configuration in .*, found nanook\.config\.mjs and nanook\.config\.json; remove one, or/,
      ),
    });
    expect((await nanook('check', '--config', 'nanook.config.json')).code).toBe(0);
  });

  it('reads a configuration in TypeScript that Node cannot read itself', async () => {
    await enterFolder({
      'policy/a.polar': 'allow(_: User, "read", _: Note);\n',
      'nanook.config.ts': `enum Name { user = 'User' }
export default { types: { [Name.user]: {}, Note: {} }, policies: 'policy/*.polar' };\n`,
    });
    expect(await nanook('check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    });
  });

  it('reads the types from a module that a configuration in JSON names', async () => {
    const files = {
      'app/policy.polar': 'allow(_: User, "read", note: Note) if note.isPublik;\n',
      'app/nanook.config.json': '{ "types": "../types.ts" }',
    };
    const types = 'export const types = { User: {}, Note: { fields: { isPublic: "Boolean" } } };\n';
    await enterFolder({ ...files, 'types.ts': types });
    const check = () => nanook('check', '--config', 'app/nanook.config.json');
    expect((await check()).out).toContain('did you mean `isPublic`?');
    await enterFolder({ ...files, 'types.ts': 'export default {};' });
    expect(await check()).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected the export `types`'),
    });
    await enterFolder(files);
    expect(await check()).toMatchObject({ code: 2, err: expect.stringContaining('the module of the types') });
  });

  it('finds the configuration in a folder above, with paths relative to it', async () => {
    await enterFolder({ ...project, 'deep/inside/x.txt': '' });
    process.chdir('deep/inside');
    expect(await nanook('check')).toMatchObject({ code: 0, out: expect.stringContaining('1 file checked') });
    expect(await contentOf('../../policy/main.polar')).toBe(project['policy/main.polar']);
  });
});

describe('nanook check --fix', () => {
  it('announces and writes no correction of a policy that is a text in the configuration', async () => {
    await enterFolder({
      'nanook.config.json': JSON.stringify({
        policies: ['f(1); f(1);', { name: 'a.polar', source: 'g(1); g(1);' }],
        queries: ['f', 'g'],
      }),
    });
    expect((await nanook('check')).out).not.toContain('can be corrected');
    expect((await nanook('check', '--fix')).err).toBe('0 findings corrected\n');
    expect(await readdir('.')).toEqual(['nanook.config.json']);
  });

  const wrong = 'allow(_, “read”, 1)\nallow(_, "edit", x) if x = null;\n';
  const right = 'allow(_, "read", 1);\nallow(_, "edit", x) if x = nil;\n';

  it('corrects the files, reports the number, and checks the result', async () => {
    await enterFolder({ 'a.polar': wrong, 'b.polar': 'allow(_, "x", 1);\n' });
    expect(await nanook('check', '--fix')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 files checked: 0 errors'),
      err: '3 findings corrected\n',
    });
    expect(await contentOf('a.polar')).toBe(right);
    expect((await nanook('check', '--fix')).err).toBe('0 findings corrected\n');
  });

  it('--dry-run prints the changed lines, changes no file, and exits with 1', async () => {
    await enterFolder({ 'a.polar': wrong });
    const { code, out, err } = await nanook('check', '--fix', '--dry-run');
    expect(code).toBe(1);
    expect(out).toContain('a.polar\n- allow(_, “read”, 1)\n');
    expect(out).toContain('+ allow(_, "read", 1);\n');
    expect(err).toBe('3 findings can be corrected\n');
    expect(await contentOf('a.polar')).toBe(wrong);
  });

  it('--unsafe-fixes also corrects findings whose correction changes answers, and prints the change', async () => {
    await enterFolder({
      'a.polar': 'allow(_, "read", n: Note) if n.due > 1;\n',
      'nanook.config.json': '{ "types": { "Note": { "fields": { "due": "Integer?" } } } }',
    });
    const { out } = await nanook('check', '--fix');
    expect(out).toContain('1 finding can be corrected with --unsafe-fixes');
    const { err } = await nanook('check', '--unsafe-fixes');
    expect(err).toContain('changes answers a.polar:1:30: for `nil`, the condition is false');
    expect(await contentOf('a.polar')).toBe('allow(_, "read", n: Note) if n.due != nil and n.due > 1;\n');
  });

  it('writes the corrections as JSON', async () => {
    await enterFolder({ 'a.polar': wrong });
    const { out } = await nanook('check', '--fix', '--json');
    const { errors, fixed } = JSON.parse(out);
    expect(errors).toBe(0);
    expect(fixed.map(({ code, line }: { code: string; line: number }) => [line, code]).toSorted()).toEqual([
      [1, 'POLAR_PARSE_FOREIGN_SYNTAX'],
      [1, 'POLAR_PARSE_MISSING_SEMICOLON'],
      [2, 'POLAR_CHECK_FOREIGN_NAME'],
    ]);
  });

  it('exits with 2 for --dry-run alone', async () => {
    await enterFolder({ 'a.polar': right });
    expect(await nanook('check', '--dry-run')).toMatchObject({
      code: 2,
      err: '--dry-run shows the corrections of --fix; use both options\n',
    });
  });
});
