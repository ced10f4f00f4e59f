import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, it } from 'vitest';
import { runsAll, sampled, testedRepetitions } from '../../../../tools/test-scope.js';
import { contentOf, enterFolder, nanook, type Run } from '../testing/run.fixture.js';

const policy = `actor User {}
resource Note {
  permissions = ["read", "edit", "delete"];
  roles = ["owner", "reader"];
  "read" if "reader";
  "edit" if "owner";
  "delete" if "owner";
  "reader" if "owner";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
allow(user: User, "print", note: Note) if note.isPublic and not user.isSuspended and note.size < 10;
allow(user: User, "copy", note: Note) if user.isStaff or note.isPublic;
allow(_: User, "archive", note: Note{kind: "letter"}) if forall(tag in note.tags, tag != "secret");
`;

const strong = `test "owners" {
  assert allow(ann, action, draft) iff action in ["read", "edit", "delete", "archive"];
  assert_not allow(ben, "read", draft);
  assert_not allow(ben, "edit", draft);
  assert_not allow(ben, "delete", draft);
}
test "readers only read" {
  setup { has_role(ben, "reader", draft); }
  assert allow(ben, "read", draft);
  assert_not allow(ben, "edit", draft);
  assert_not allow(ben, "delete", draft);
}
test "printing" {
  assert allow(ben, "print", news);
  assert_not allow(ben, "print", draft);
  assert_not allow(eve, "print", news);
  assert_not allow(ben, "print", poster);
  assert_not allow(ben, "read", news);
  assert_not allow(ben, "edit", news);
}
test "copying" {
  assert allow(ben, action, news) iff action in ["print", "copy"];
  assert_not allow(eve, "read", news);
  assert allow(ben, "copy", news);
  assert allow(eve, "copy", draft);
  assert_not allow(ben, "copy", draft);
  assert_not allow(nil, "copy", news);
}
test "archiving" {
  assert allow(ben, "archive", draft);
  assert_not allow(ben, "archive", news);
  assert_not allow(ben, "archive", diary);
  assert_not allow(nil, "archive", draft);
}
`;

const row = (type: string, fields: object) => ({ $type: type, ...fields });
const note = (fields: object) =>
  row('Note', { ownerId: 1, isPublic: false, size: 1, kind: 'letter', tags: ['a'], ...fields });
const config = JSON.stringify({
  types: {
    User: { fields: { id: 'Integer', isSuspended: 'Boolean', isStaff: 'Boolean' } },
    Note: {
      fields: {
        id: 'Integer',
        ownerId: 'Integer',
        isPublic: 'Boolean',
        size: 'Integer',
        kind: 'String',
        tags: ['String'],
      },
    },
  },
  fixtures: {
    ann: row('User', { id: 1, isSuspended: false, isStaff: false }),
    ben: row('User', { id: 2, isSuspended: false, isStaff: false }),
    eve: row('User', { id: 3, isSuspended: true, isStaff: true }),
    draft: note({ id: 1 }),
    news: note({ id: 2, isPublic: true, kind: 'page' }),
    poster: note({ id: 3, isPublic: true, size: 10, kind: 'page' }),
    diary: note({ id: 4, tags: ['a', 'secret'] }),
  },
});
const files = { 'policy.polar': policy, 'tests.polar': strong, 'nanook.config.json': config };

/** The tests without the lines that contain one of these texts. */
const without = (...texts: readonly string[]): string =>
  strong
    .split('\n')
    .filter((line) => !texts.some((text) => line.includes(text)))
    .join('\n');

interface FoundMutant {
  readonly status: string;
  readonly operator: string;
  readonly line: number;
  readonly added: readonly string[];
  readonly difference?: {
    readonly assertion: string;
    readonly setup: readonly string[];
    readonly changes: readonly string[];
  };
  readonly error?: string;
}
const mutantsOf = ({ out }: Run): readonly FoundMutant[] =>
  (JSON.parse(out) as { readonly mutants: readonly FoundMutant[] }).mutants;
const survivorsOf = (run: Run): readonly FoundMutant[] =>
  mutantsOf(run).filter(({ status }) => status === 'survived' || status === 'uncovered');

const gitClub = fileURLToPath(new URL('../../../../examples/gitclub', import.meta.url));

/** Each hole is an assertion that is missing, with the change that the other assertions do not notice. */
const holes: readonly (readonly [
  name: string,
  missing: string[],
  operator: string,
  line: number,
  added: string,
])[] = [
  ['a comparison at its limit', ['poster'], 'change-comparison', 12, 'note.size <= 10'],
  [
    'a condition that no test makes false',
    ['eve, "print"'],
    'drop-condition',
    12,
    'note.isPublic and note.size < 10',
  ],
  ['a role that gets too much', ['"edit", draft', '"edit", news'], 'grant-to-role', 6, '"edit" if "reader"'],
  [
    'a permission for everyone',
    ['ben, "delete"', 'ben, action, news'],
    'grant-to-everyone',
    7,
    'has_permission(_: Actor, "delete"',
  ],
  ['an alternative that no test takes', ['eve, "copy"'], 'drop-condition', 13, 'if note.isPublic;'],
  [
    'a forall that one item satisfies',
    ['diary'],
    'forall-to-one',
    14,
    'tag in note.tags and tag != "secret"',
  ],
  ['a pattern without its field', ['"archive", news', 'ben, action, news'], 'widen-type', 14, 'note: Note)'],
  [
    'an or that becomes an and',
    ['eve, "copy"', 'ben, "copy", news', 'ben, action, news'],
    'swap-and-or',
    13,
    'user.isStaff and note.isPublic',
  ],
  ['a rule that no test needs', ['"copy"'], 'drop-rule', 13, ''],
  [
    'a role with the rights of another',
    ['"edit", draft', '"edit", news'],
    'swap-name',
    6,
    '"edit" if "reader"',
  ],
  ['a constant that no test needs', ['diary'], 'change-constant', 14, 'tag != ""'],
  ['a not that is removed', ['"print"'], 'negate', 12, 'and user.isSuspended'],
];

describe('nanook test --mutate', { timeout: 60_000 }, () => {
  beforeEach(() => enterFolder(files));

  it('finds no mutant that tests of every condition miss', async () => {
    const run = await nanook('test', '--mutate', '--json');
    expect(survivorsOf(run)).toEqual([]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({ score: 100, survived: 0, error: 0 });
  });

  it.each(sampled(holes, 12))('finds %s', async (_name, missing, operator, line, added) => {
    const tests = without(...missing);
    await enterFolder({ ...files, 'tests.polar': tests });
    const run = await nanook('test', '--mutate', '--json');
    expect(run.code).toBe(1);
    const hole = survivorsOf(run).filter((mutant) => mutant.operator === operator && mutant.line === line);
    expect(hole.map((mutant) => mutant.added.join('\n'))).toContainEqual(expect.stringContaining(added));
  });

  it('proposes an assertion that kills the mutant, for each survivor', async () => {
    const weak = without('poster', 'eve, "print"', 'diary', 'ben, "delete"', '"edit", news');
    await enterFolder({ ...files, 'tests.polar': weak });
    const survivors = survivorsOf(await nanook('test', '--mutate', '--json'));
    expect(survivors.length).toBeGreaterThan(4);
    const proposed = survivors.flatMap(({ difference }) =>
      difference === undefined || difference.changes.length > 0
        ? []
        : `test "proposed" { setup { ${difference.setup.join(' ')} } ${difference.assertion} }\n`,
    );
    await enterFolder({ ...files, 'tests.polar': weak + [...new Set(proposed)].join('') });
    const run = await nanook('test', '--mutate', '--json');
    // The proposals that need other test data stay.
    for (const { difference } of survivorsOf(run)) expect(difference?.changes).not.toEqual([]);
  });

  it('names the change of the test data that an assertion needs', async () => {
    await enterFolder({
      'a.polar': `allow(_: User, "read", note: Note) if note.size < 10;
test "size" { assert allow(ann, "read", small); assert_not allow(ann, "read", large); }`,
      'nanook.config.json': JSON.stringify({
        types: { User: { fields: { id: 'Integer' } }, Note: { fields: { size: 'Integer' } } },
        fixtures: {
          ann: row('User', { id: 1 }),
          small: row('Note', { size: 1 }),
          large: row('Note', { size: 99 }),
        },
      }),
    });
    const { out, code } = await nanook('test', '--mutate');
    expect(code).toBe(1);
    expect(out).toContain('survived change-comparison: `<` becomes `<=`\n  a.polar:1:39\n');
    expect(out).toContain(
      '  - allow(_: User, "read", note: Note) if note.size < 10;\n  + allow(_: User, "read", note: Note) if note.size <= 10;\n',
    );
    expect(out).toContain(
      'with the test data small.size = 10\n  a test needs: assert_not allow(ann, "read", small);',
    );
  });

  it('leaves out a mutant that changes no answer, and one that cannot be loaded', async () => {
    await enterFolder({
      'a.polar': `allow(_: User, "read", note: Note) if note.size > 10 and note.size > 5;
type f(x: Integer);
f(x: Integer) if x > 1;
test "size" { assert allow(ann, "read", large); assert_not allow(ann, "read", small); assert f(2); assert_not f(1); }`,
      'nanook.config.json': JSON.stringify({
        types: { User: { fields: { id: 'Integer' } }, Note: { fields: { size: 'Integer' } } },
        fixtures: {
          ann: row('User', { id: 1 }),
          small: row('Note', { size: 10 }),
          large: row('Note', { size: 11 }),
        },
      }),
    });
    const all = mutantsOf(await nanook('test', '--mutate', '--json'));
    const dropped = all.filter(({ operator, line }) => operator === 'drop-condition' && line === 1);
    expect(dropped.map(({ status, added }) => [status, added[0]])).toContainEqual([
      'unresolved',
      'allow(_: User, "read", note: Note) if note.size > 10;',
    ]);
    expect(all.find(({ operator, line }) => operator === 'widen-type' && line === 3)).toMatchObject({
      status: 'error',
      error: expect.stringContaining('does not fit its rule type'),
    });
  });

  it('lists the mutants that are unresolved or cannot be loaded with --all', async () => {
    await enterFolder({
      'a.polar': `allow(_: User, "read", note: Note) if note.size > 10 and note.size > 5;
type f(x: Integer);
f(x: Integer) if x > 1;
test "size" { assert allow(ann, "read", large); assert_not allow(ann, "read", small); assert f(2); assert_not f(1); }`,
      'nanook.config.json': JSON.stringify({
        types: { User: { fields: { id: 'Integer' } }, Note: { fields: { size: 'Integer' } } },
        fixtures: {
          ann: row('User', { id: 1 }),
          small: row('Note', { size: 10 }),
          large: row('Note', { size: 11 }),
        },
      }),
    });
    expect((await nanook('test', '--mutate')).out).not.toContain('unresolved drop-condition');
    const { out } = await nanook('test', '--mutate', '--all');
    expect(out).toContain('unresolved drop-condition: the condition is dropped\n  a.polar:1:');
    expect(out).toContain('all tests pass, and no check was found that the mutant changes');
    expect(out).toContain('error widen-type: the type `Integer` is dropped');
    expect(out).toContain('does not fit its rule type');
    expect((await nanook('test', '--all')).err).toBe('--all needs --mutate: nanook test --mutate --all\n');
  });

  it('finds holes of tests that name objects without fixtures', async () => {
    await enterFolder({
      'a.polar': `actor User {}
resource Note { permissions = ["read", "edit"]; roles = ["reader", "owner"]; "read" if "reader"; "edit" if "owner"; }
allow(actor, action, resource) if has_permission(actor, action, resource);
test "readers" {
  setup { has_role(User{"ann"}, "reader", Note{"draft"}); }
  assert allow(User{"ann"}, "read", Note{"draft"});
  assert_not allow(User{"ben"}, "read", Note{"draft"});
}
test "owners" {
  setup { has_role(User{"ann"}, "owner", Note{"draft"}); }
  assert allow(User{"ann"}, "edit", Note{"draft"});
  assert_not allow(User{"ben"}, "edit", Note{"draft"});
}`,
    });
    const run = await nanook('test', '--mutate', '--json');
    expect(survivorsOf(run).map(({ operator, difference }) => [operator, difference])).toContainEqual([
      'grant-to-role',
      {
        setup: ['has_role(User{"ann"}, "reader", Note{"draft"});'],
        changes: [],
        assertion: 'assert_not allow(User{"ann"}, "edit", Note{"draft"});',
      },
    ]);
  });

  it('exits with 1 below a threshold, and with 0 above it although mutants survive', async () => {
    await enterFolder({ ...files, 'tests.polar': without('poster') });
    expect((await nanook('test', '--mutate')).code).toBe(1);
    expect((await nanook('test', '--mutate', '--threshold', '80')).code).toBe(0);
    expect(await nanook('test', '--mutate', '--threshold', 'mutation=100')).toMatchObject({
      code: 1,
      err: expect.stringContaining('expected a mutation score of at least 100 %'),
    });
  });

  it('exits with 2 and one line for options that do not fit together', async () => {
    expect((await nanook('test', '--report', 'x.json')).err).toBe(
      '--report needs --mutate: nanook test --mutate --report\n',
    );
    expect((await nanook('test', '--threshold', 'mutation=3')).code).toBe(2);
    expect(await nanook('test', '--mutate', '--coverage')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be used with'),
    });
    expect((await nanook('test', '--mutate', '--concurrency', '0')).code).toBe(2);
    expect((await nanook('test', '--mutate', '--report', 'policy.polar/x.json')).code).toBe(2);
  });

  it('requires tests that pass', async () => {
    await enterFolder({ ...files, 'more.polar': 'test "wrong" { assert allow(ben, "edit", draft); }' });
    expect(await nanook('test', '--mutate')).toMatchObject({
      code: 1,
      err: expect.stringContaining('wrong'),
    });
    await enterFolder({ 'a.polar': 'f(1);' });
    expect(await nanook('test', '--mutate')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no test was found'),
    });
  });

  it('writes a report that satisfies the schema of Stryker', async () => {
    await enterFolder({ ...files, 'tests.polar': without('poster') });
    await nanook('test', '--mutate', '--report', 'out/mutation.json');
    const report = JSON.parse(await contentOf('out/mutation.json')) as {
      readonly files: Record<
        string,
        { readonly mutants: readonly { readonly status: string; readonly killedBy: readonly string[] }[] }
      >;
      readonly testFiles: Record<string, { readonly tests: readonly { readonly id: string }[] }>;
    };
    const path = createRequire(import.meta.url).resolve(
      'mutation-testing-report-schema/mutation-testing-report-schema.json',
    );
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(
      JSON.parse(readFileSync(path, 'utf8')) as object,
    );
    expect({ isValid: validate(report), errors: validate.errors }).toEqual({ isValid: true, errors: null });
    const { mutants } = report.files['policy.polar']!;
    const ids = new Set(report.testFiles['tests.polar']!.tests.map(({ id }) => id));
    expect(mutants.filter(({ status }) => status === 'Survived').length).toBeGreaterThan(0);
    for (const { status, killedBy } of mutants) {
      expect(killedBy.length).toBe(status === 'Killed' ? 1 : 0);
      for (const id of killedBy) expect(ids).toContain(id);
    }
  });

  it('uses the results of the last run again, until a test or a rule changes', async () => {
    const weak = without('poster');
    await enterFolder({ ...files, 'tests.polar': weak });
    const first = await nanook('test', '--mutate', '--incremental', '--json');
    const before = await contentOf('.nanook/mutation.json');
    expect(await nanook('test', '--mutate', '--incremental', '--json')).toEqual(first);
    expect(await contentOf('.nanook/mutation.json')).toBe(before);
    // A new test kills the survivor, and a removed one brings others back.
    await enterFolder({ ...files, '.nanook/mutation.json': before });
    expect(survivorsOf(await nanook('test', '--mutate', '--incremental', '--json'))).toEqual([]);
    await enterFolder({
      ...files,
      'tests.polar': without('poster', 'diary'),
      '.nanook/mutation.json': before,
    });
    const fresh = await nanook('test', '--mutate', '--json');
    expect(survivorsOf(await nanook('test', '--mutate', '--incremental', '--json'))).toEqual(
      survivorsOf(fresh),
    );
    await enterFolder({
      ...files,
      'policy.polar': policy.replace('< 10', '< 9'),
      '.nanook/mutation.json': before,
    });
    expect((await nanook('test', '--mutate', '--incremental')).code).toBe(1);
  });

  it.each(testedRepetitions(['SIGTERM', 'SIGINT'] as const))(
    'reports the mutants that are tested when %s ends the run',
    async (signal) => {
      // Its mutants take several seconds.
      process.chdir(gitClub);
      const run = nanook('test', '--mutate');
      const timer = setTimeout(() => process.emit(signal), 1_000);
      const { code, out, err } = await run;
      clearTimeout(timer);
      expect(code).toBe(130);
      expect(err).toMatch(/^interrupted: \d+ of \d+ mutants tested\n$/);
      expect(out).toContain('mutation score');
    },
  );

  it('reports the mutants that are tested within --time-limit', async () => {
    process.chdir(gitClub);
    const { code, out, err } = await nanook('test', '--mutate', '--time-limit', '1', '--threshold', '1');
    expect(err).toMatch(/^the time limit of 1 second ended the run: \d+ of \d+ mutants tested\n$/);
    expect(out).toContain('mutation score');
    expect(code).toBe(0);
    expect(await nanook('test', '--time-limit', '1')).toMatchObject({ code: 2 });
  });

  it.runIf(runsAll)(
    'reports no survivor for GitClub, whose tests reach each rule',
    { timeout: 300_000 },
    async () => {
      process.chdir(gitClub);
      const run = await nanook('test', '--mutate', '--json');
      expect(survivorsOf(run)).toEqual([]);
      const { killed, unresolved, error } = JSON.parse(run.out) as Record<string, number>;
      expect({ error, isTested: killed! > 200, areFew: unresolved! < 30 }).toEqual({
        error: 0,
        isTested: true,
        areFew: true,
      });
    },
  );
});
