// cspell:ignore benn ownr reprot
import { writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../program.js';
import { enterFolder, nanook, project, recordedIo } from '../testing/run.fixture.js';

const passing = `test "owners edit" {
  assert allow(ann, "edit", report);
  assert_not allow(ben, "edit", report);
}
`;
const failing = `test "members edit" {
  assert allow(ben, "edit", report);
  assert_not allow(ann, "read", report);
}
`;

describe('nanook test', () => {
  beforeEach(() => enterFolder({ ...project, 'policy/a.polar': passing }));

  it('exits with 0 if all assertions hold', async () => {
    expect(await nanook('test')).toMatchObject({
      code: 0,
      out: '✓ owners edit policy/a.polar:1\n1 test: 1 passed, 0 failed\n',
    });
  });

  it('explains each assertion that does not hold, with its place, and exits with 1', async () => {
    await enterFolder({ ...project, 'policy/a.polar': failing });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('✗ members edit policy/a.polar:1');
    expect(out).toContain('  assert allow(ben, "edit", report); policy/a.polar:2');
    expect(out).toContain('`organization.ownerId = user.id`: 7 is not 8');
    expect(out).toContain('  assert_not allow(ann, "read", report); policy/a.polar:3');
    expect(out).toContain('allowed: allow(ann, "read", report)');
    expect(out).toContain('1 test: 0 passed, 1 failed');
  });

  it('explains each failure by one reason with --failures short, and in CI', async () => {
    await enterFolder({ ...project, 'policy/a.polar': failing });
    const short = `✗ members edit policy/a.polar:1
  assert allow(ben, "edit", report); policy/a.polar:2
    denied: allow(ben, "edit", report)
      ✗ \`organization.ownerId = user.id\`: 7 is not 8 (policy/main.polar:23)
  assert_not allow(ann, "read", report); policy/a.polar:3
    allowed: allow(ann, "read", report)
      ✓ has_role(user: User, "owner", organization: Organization) if … (policy/main.polar:22)
1 test: 0 passed, 1 failed
Each failure has one reason. nanook test --failures full prints all rules.
`;
    expect((await nanook('test', '--failures', 'short')).out).toBe(short);
    const io = { ...recordedIo(), isCi: true };
    await runProgram(['test'], io);
    expect(io.texts.out).toBe(short);
  });

  it('explains failures with the names of fixtures, and the rules of a setup as the test writes them', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': `test "names" {
  setup {
    has_role(cem, "member", acme);
    has_role(User{1}, "reader", report);
    has_role(user: User, "reader", note: Note) if note = report and user.id = 10;
  }
  assert_not allow(cem, "read", report);
  assert_not allow(User{1}, "read", report);
  assert allow(User{2}, "read", report);
}
`,
    });
    const { out } = await nanook('test');
    expect(out).toContain('allowed: allow(cem, "read", report)');
    expect(out).toContain('✓ has_role(cem, "member", acme); (policy/a.polar:3)');
    expect(out).toContain('allowed: allow(User{1}, "read", report)');
    expect(out).toContain('✓ has_role(User{1}, "reader", report); (policy/a.polar:4)');
    expect(out).toContain('denied: allow(User{2}, "read", report)');
    expect(out).toContain('✓ note = report\n');
    expect(out).not.toMatch(/fixture::|entity__|\(setup\)|Note\{id/);
  });

  it('adds the facts and rules of a setup for its test only', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': `test "a member reads" {
  setup {
    has_role(cem, "member", acme);
    has_role(user: User, "reader", note: Note) if user = ben and note = report;
  }
  assert allow(cem, "read", report);
  assert has_role(ben, "reader", report);
}
test "without the setup" {
  assert_not allow(cem, "read", report);
}
`,
    });
    expect(await nanook('test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 passed, 0 failed'),
    });
  });

  it('creates objects that a test names by type and key', async () => {
    await enterFolder({
      'policy.polar': `actor User {}
resource Organization { roles = ["owner"]; }
resource Note {
  permissions = ["edit"];
  relations = { organization: Organization };
  "edit" if "owner" on "organization";
}
test "owners of an organization edit its notes" {
  setup {
    has_role(User{"ann"}, "owner", Organization{"acme"});
    has_relation(Organization{"acme"}, "organization", Note{7});
  }
  assert has_permission(User{"ann"}, action, Note{7}) iff action in ["edit"];
  assert_not has_permission(User{"ben"}, "edit", Note{7});
  assert_not has_permission(User{"ann"}, "edit", Note{8});
}
`,
    });
    expect(await nanook('test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 passed, 0 failed'),
    });
  });

  it('fails a test that names an object of an unknown type, and suggests another type', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': 'test "a" {\n  assert allow(Usr{1}, "edit", report);\n}\n',
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('the type Usr is unknown; did you mean User?');
  });

  it('fails an assertion with a name that is not a fixture, also if it would hold for somebody', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': `test "names" {
  assert allow(benn, "read", report);
  assert_not allow(ben, "edit", reprot);
  assert has_relation(_, "organization", report);
  assert has_relation(_any, "organization", report);
  assert_not allow(nil, "edit", report);
  assert has_relation(found, "organization", report) and found.id = 1;
}
`,
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain(
      '`benn` is not a fixture, so the assertion is about any value; did you mean `ben`?',
    );
    expect(out).toContain(
      '`reprot` is not a fixture, so the assertion is about any value; did you mean `report`?',
    );
    expect(out.match(/policy\/a\.polar:\d+$/gm)).toEqual([
      'policy/a.polar:1',
      'policy/a.polar:2',
      'policy/a.polar:3',
    ]);
  });

  it('fails assert_not with an action that no rule can allow, because it would hold for the wrong reason', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': `test "actions" {
  assert_not allow(ben, "raed", report);
  assert_not allow(ben, "read", acme);
  assert_not allow(ben, "edit", report);
  assert_not has_role(ben, "ownr", acme);
}
test "setup" {
  setup { allow(ann, "publish", report); }
  assert_not allow(ben, "publish", report);
}
`,
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('no rule can allow "raed"; did you mean "read"?');
    expect(out).toContain('no block declares the role "ownr"');
    expect(out).not.toMatch(/a\.polar:[34]$/m);
    expect(out).toContain('✓ setup');
  });

  it('compares all values after iff, and names the missing and the unexpected ones', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar': `test "exact" {
  assert allow(ann, action, report) iff action in ["read", "edit"];
  assert allow(user, "edit", report) iff user in [ann];
}
test "wrong" {
  assert allow(ann, action, report) iff action in ["read", "delete"];
}
`,
    });
    const { out } = await nanook('test');
    expect(out).toContain('missing: "delete"');
    expect(out).toContain('unexpected: "edit"');
    expect(out).toContain('✓ exact');
  });

  it('fails a test whose assertion is undecided, also below assert_not', async () => {
    await enterFolder({
      'a.polar': 'f(x) if x > 1;\ntest "undecided" { assert_not f("a"); }\n',
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('undecided: f("a")');
  });

  it('fails a test whose setup cannot be loaded, with the line of the setup', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar':
        'test "bad" {\n  setup {\n    has_role(ann, "other", _x: Nothing) if y = 1;\n  }\n}\n',
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('policy/a.polar (setup):3:');
  });

  it('writes JUnit with escaped texts, and JSON', async () => {
    await enterFolder({ 'a.polar': 'f(1);\ntest "a < b & \\"c\\"" { assert f(2); }\n' });
    const junit = await nanook('test', '--reporter', 'junit');
    expect(junit.code).toBe(1);
    expect(junit.out).toContain('<testsuite name="nanook" tests="1" failures="1"');
    expect(junit.out).toContain('name="a &lt; b &amp; &quot;c&quot;"');
    expect(JSON.parse((await nanook('test', '--json')).out)).toMatchObject({
      passed: 0,
      failed: 1,
      tests: [
        { name: 'a < b & "c"', file: 'a.polar', line: 2, failures: [{ assertion: 'assert f(2);', line: 2 }] },
      ],
    });
  });

  it('runs a setup although a fixture has a name that a policy cannot write', async () => {
    await enterFolder({
      'a.polar': `allow(user: User, "read", _: Note) if user.id = 1;
test "setup" { setup { allow(ann, "edit", note); } assert allow(ann, "edit", note); assert_not allow(ben, "edit", note); }`,
      'nanook.config.json': JSON.stringify({
        types: { User: {}, Note: {} },
        fixtures: {
          ann: { $type: 'User', id: 1 },
          ben: { $type: 'User', id: 2 },
          note: { $type: 'Note' },
          'a b': 1,
          if: 2,
          'n-1': 3,
        },
      }),
    });
    expect(await nanook('test')).toMatchObject({ code: 0 });
  });

  it('compares the values after iff as a policy does, and names the fixtures that are missing', async () => {
    await enterFolder({
      'a.polar': `f([1, 2]); f("a"); f({ x: [1] });
test "equal" { assert f(x) iff x in ["a", [1, 2], { x: [1] }]; }
test "different" { assert f(x) iff x in ["a", [2, 1], ann]; }`,
      'nanook.config.json': JSON.stringify({ fixtures: { ann: { id: 1 } } }),
    });
    const { out } = await nanook('test');
    expect(out).toContain('✓ equal');
    expect(out).toContain('missing: [2, 1], ann\n    unexpected: [1, 2], {x: [1]}');
  });

  it('lets the parameters of a rule in a setup hide fixtures of the same name', async () => {
    await enterFolder({
      'a.polar': `allow(user: User, "read", _: Note) if user.id = 1;
test "setup" {
  setup { allow(user: User, "edit", _: Note) if user.id = 2; }
  assert allow(ben, "edit", note);
  assert_not allow(user, "edit", note);
}`,
      'nanook.config.json': JSON.stringify({
        types: { User: {}, Note: {} },
        fixtures: {
          user: { $type: 'User', id: 1 },
          ben: { $type: 'User', id: 2 },
          note: { $type: 'Note' },
        },
      }),
    });
    expect(await nanook('test')).toMatchObject({ code: 0 });
  });

  it('fails a setup with a rule that neither the policy nor the test uses, and suggests a similar one', async () => {
    await enterFolder({
      ...project,
      'policy/tests.polar':
        'test "typo" { setup { has_rol(ben, "owner", acme); } assert_not allow(ben, "edit", report); }\ntest "helper" { setup { likes(ben, report); } assert likes(ben, report); }\n',
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('neither the policy nor the test uses `has_rol`');
    expect(out).toContain('did you mean `has_role`?');
    expect(out).toContain('✓ helper');
  });

  it('fails a setup with a role that no block declares, also if all assertions hold', async () => {
    await enterFolder({
      ...project,
      'policy/a.polar':
        'test "typo" { setup { has_role(ben, "owned", acme); } assert_not allow(ben, "edit", report); }',
    });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('does not declare the role "owned"');
  });

  it('fails a test without an assertion, because it proves nothing', async () => {
    await enterFolder({ 'a.polar': 'f(1);\ntest "empty" { setup { f(2); } }\n' });
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('found none');
  });

  it('runs only the tests whose name contains a text', async () => {
    await enterFolder({ ...project, 'policy/a.polar': passing + failing });
    expect((await nanook('test')).code).toBe(1);
    expect(await nanook('test', '--name', 'owners')).toMatchObject({ code: 0 });
  });

  it('lists the names of the tests if none contains the text', async () => {
    expect(await nanook('test', '--name', 'nothing')).toMatchObject({
      code: 1,
      err: 'the name of no test contains "nothing"; the tests are "owners edit"\n',
    });
  });

  it('refuses --json with another reporter', async () => {
    expect(await nanook('test', '--json', '--reporter', 'junit')).toMatchObject({
      code: 2,
      out: expect.stringContaining("'--json' cannot be used with option '--reporter <name>'"),
    });
  });

  it('runs the tests again with --watch when a policy is broken and repaired', async () => {
    const io = recordedIo();
    const run = runProgram(['test', '--watch'], io);
    const { texts } = io;
    await vi.waitFor(() => expect(texts.err).toContain('watching for changes'), 5_000);
    // The watcher needs a moment before it notices changes.
    const write = async (text: string, expected: () => void): Promise<void> =>
      vi.waitFor(
        async () => {
          await writeFile('policy/a.polar', text);
          await new Promise((resolve) => setTimeout(resolve, 200));
          expected();
        },
        { timeout: 10_000 },
      );
    await write('test "broken" { assert', () => expect(texts.err).toContain('policy/a.polar:1:'));
    texts.out = '';
    await write(passing, () => expect(texts.out).toContain('1 test: 1 passed, 0 failed'));
    expect(texts.err).toContain('\npolicy/a.polar changed\n');
    process.emit('SIGINT');
    expect(await run).toBe(0);
  });

  it('exits with 1 without a test, so that CI does not pass by mistake', async () => {
    await enterFolder(project);
    expect(await nanook('test')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no test was found'),
    });
  });

  it('runs tests that change nothing for a load and for the other commands', async () => {
    expect((await nanook('check')).code).toBe(0);
    expect((await nanook('explain', 'ann', 'edit', 'report')).code).toBe(0);
    expect((await nanook('fmt', '--check')).code).toBe(0);
  });
});

describe('nanook test with the forms of Oso Cloud', () => {
  const policy = `actor User {}
resource Repository {
  roles = ["reader", "admin"];
  permissions = ["read", "edit"];
  "reader" if "admin";
  "read" if "reader";
  "edit" if "admin" and not is_archived(resource);
}
declare is_archived(Repository);
allow(actor, action, resource) if has_permission(actor, action, resource);
test fixture roles {
  has_role(User{"ann"}, "admin", Repository{"anvil"});
  has_role(User{"ben"}, "reader", Repository{"anvil"});
}
`;
  const load = (test: string) => {
    const { 'nanook.config.json': _, ...files } = project;
    return enterFolder({
      ...files,
      'policy/main.polar': policy + test,
      'nanook.config.js': `export default {
        policies: ['policy/main.polar'],
        types: { User: { key: 'id' }, Repository: { key: 'id' } },
      };`,
    });
  };

  it('uses fixtures, typed variables and a single value after iff', async () => {
    await load(`test "roles" {
  setup {
    fixture roles;
    has_role(User{"eve"}, "admin", Repository{"bolt"});
    is_archived(Repository{"bolt"});
  }
  assert allow(User{"ann"}, action: String, Repository{"anvil"}) iff action in ["read", "edit"];
  assert allow(User{"ben"}, action: String, Repository{"anvil"}) iff action = "read";
  assert allow(User{"eve"}, action, Repository{"bolt"}) iff action = "read";
  assert allow(User{"eve"}, action, Repository{"anvil"}) iff action in [];
  assert allow(user: User, "edit", Repository{"anvil"}) iff user in [User{"ann"}];
}`);
    expect(await nanook('test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 passed, 0 failed'),
    });
  });

  it('reports values that differ from the one after iff', async () => {
    await load(`test "roles" {
  setup { fixture roles; }
  assert allow(User{"ann"}, action: String, Repository{"anvil"}) iff action = "read";
}`);
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('unexpected: "edit"');
  });

  it('reports a fixture that does not exist', async () => {
    await load(
      'test "roles" { setup { fixture rolls; } assert_not allow(User{"a"}, "read", Repository{"b"}); }',
    );
    const { code, out } = await nanook('test');
    expect(code).toBe(1);
    expect(out).toContain('expected one `test fixture rolls { … }`, found none or several');
  });
});
