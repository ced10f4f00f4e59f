import { writeFile } from 'node:fs/promises';
import { Authorizer, typed } from '@nanook/core';
import { PolicyCoverage } from '@nanook/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';

const policy = `actor User {}
resource Note {
  permissions = ["read", "edit"];
  roles = ["owner", "reader"];
  "read" if "reader";
  "edit" if "owner";
  "reader" if "owner";
}
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, "owner", note: Note) if note.ownerId = user.id;
allow(user: User, "read", note: Note) if
  note.isPublic or user.isStaff or
  not note.isSecret and user.id > 5;
allow(_: User, "delete", note: Note) if note.isPublic;
`;
const tests = `test "owners edit" {
  assert allow(ann, "edit", draft);
  assert_not allow(ben, "edit", draft);
}
test "the public reads" {
  assert allow(ben, "read", news);
}
`;
const files = {
  'policy.polar': policy,
  'tests.polar': tests,
  'nanook.config.json': JSON.stringify({
    types: {
      User: { fields: { id: 'Integer', isStaff: 'Boolean' } },
      Note: {
        fields: { id: 'Integer', ownerId: 'Integer', isPublic: 'Boolean', isSecret: 'Boolean' },
      },
    },
    fixtures: {
      ann: { $type: 'User', id: 1, isStaff: false },
      ben: { $type: 'User', id: 2, isStaff: false },
      draft: { $type: 'Note', id: 1, ownerId: 1, isPublic: false, isSecret: false },
      news: { $type: 'Note', id: 2, ownerId: 1, isPublic: true, isSecret: false },
    },
  }),
};

// For "edit", ann: has_permission, "edit" if "owner", and has_role hold; the same fail for ben. For "read", ben: the machine tries the more
// specific rule `allow(user: User, "read", …)` first, whose first alternative holds.
const expected = {
  rules: { covered: 4, total: 7 },
  conditions: { covered: 7, total: 20 },
  alternatives: { covered: 1, total: 3 },
  roles: { covered: 1, total: 2 },
};

describe('nanook test --coverage', () => {
  beforeEach(() => enterFolder(files));

  it('counts the rules, the outcomes of conditions, the alternatives and the roles', async () => {
    const { coverage } = JSON.parse((await nanook('test', '--coverage', '--json')).out);
    expect(coverage.measures).toMatchObject(expected);
    expect(coverage.conditions).toContainEqual({
      file: 'policy.polar',
      line: 10,
      column: 46,
      endLine: 10,
      endColumn: 68,
      text: 'note.ownerId = user.id',
      held: 1,
      failed: 1,
    });
  });

  it('names the tests that have tried each rule, and identifies the texts of the policies, in the JSON', async () => {
    const { coverage } = JSON.parse((await nanook('test', '--coverage', '--json')).out);
    const rules = coverage.rules as readonly {
      readonly line: number;
      readonly uncovered: number;
      readonly tests: readonly object[];
    }[];
    const testsAt = (line: number): unknown => rules.find((rule) => rule.line === line)!.tests;
    expect(testsAt(10)).toEqual([{ file: 'tests.polar', line: 1, name: expect.any(String) }]);
    expect(testsAt(14)).toEqual([]);
    // The text lists as many parts of each rule.
    expect(rules.map(({ line, uncovered }) => [line, uncovered])).toEqual([
      [5, 1],
      [6, 0],
      [7, 1],
      [9, 0],
      [10, 0],
      [11, 6],
      [14, 1],
    ]);
    const { subtle } = globalThis.crypto;
    const bytes = await subtle.digest('SHA-256', new TextEncoder().encode(await contentOf('policy.polar')));
    expect(coverage.policies['policy.polar']).toBe(Buffer.from(bytes).toString('hex'));
    expect(Object.keys(coverage.policies)).toEqual(['policy.polar', 'tests.polar']);
  });

  it('lists each part that the tests do not cover, with its place', async () => {
    const { code, out } = await nanook('test', '--coverage');
    expect(code).toBe(0);
    expect(out).toContain('rules         57.1 %  4 of 7\n');
    expect(out.split('\n').filter((line) => line.includes('never'))).toEqual([
      '  rule never tried "read" if "reader"; policy.polar:5',
      '  rule never tried "reader" if "owner"; policy.polar:7',
      '  alternative never taken user.isStaff policy.polar:12',
      '  alternative never taken not note.isSecret and user.id > 5 policy.polar:13',
      '  condition never tried user.isStaff policy.polar:12',
      '  condition never tried note.isSecret policy.polar:13',
      '  condition never tried user.id > 5 policy.polar:13',
      '  condition never false note.isPublic policy.polar:12',
      '  rule never tried allow(_: User, "delete", note: Note) if note.isPublic; policy.polar:14',
      '  role never held "reader" of Note policy.polar:4',
    ]);
  });

  it('exits with 1 below a threshold, and names the measure', async () => {
    expect((await nanook('test', '--threshold', 'rules=57,conditions=35')).code).toBe(0);
    expect(await nanook('test', '--threshold', 'rules=58')).toMatchObject({
      code: 1,
      err: 'expected a coverage of rules of at least 58 %, found 57.1 %\n',
    });
    expect((await nanook('test', '--threshold', '33')).code).toBe(0);
    expect((await nanook('test', '--threshold', '34')).err).toContain('coverage of alternatives');
  });

  it('exits with 2 for a threshold or a file that cannot be used, with one useful line', async () => {
    for (const value of ['many', '101', 'lines=3', 'rules', '-1'])
      expect(await nanook('test', '--threshold', value)).toMatchObject({
        code: 2,
        err: expect.stringContaining('rules=90,conditions=80'),
      });
    expect(await nanook('test', '--html', 'policy.polar/page.html')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the file policy.polar/page.html cannot be written'),
    });
    expect((await nanook('test', '--merge', 'nothing.json')).code).toBe(2);
    expect((await nanook('test', '--merge', 'nanook.config.json')).err).toContain('PolicyCoverage');
  });

  it('writes lcov with functions for rules, and branches for conditions and alternatives', async () => {
    await nanook('test', '--lcov', 'out/lcov.info');
    const lines = (await contentOf('out/lcov.info')).split('\n');
    expect(lines.slice(0, 2)).toEqual(['TN:', 'SF:policy.polar']);
    expect(lines).toContain(
      'FNDA:1,has_role(user: User, "owner", note: Note) if note.ownerId = user.id; (10:1)',
    );
    // Line 12 has two conditions and two alternatives: only `note.isPublic` was true, and its alternative taken.
    expect(lines.filter((line) => line.startsWith('BRDA:12,'))).toEqual([
      'BRDA:12,0,0,1',
      'BRDA:12,0,1,0',
      'BRDA:12,0,2,0',
      'BRDA:12,0,3,0',
      'BRDA:12,0,4,1',
      'BRDA:12,0,5,0',
    ]);
    expect(lines.filter((line) => line.startsWith('BRDA:14,'))).toEqual(['BRDA:14,0,0,-', 'BRDA:14,0,1,-']);
    expect(lines).toContain('DA:14,0');
    expect(lines.slice(lines.indexOf('SF:tests.polar'))).toContain('LF:0');
  });

  it('writes Cobertura with escaped names and rates from 0 to 1', async () => {
    await enterFolder({ ...files, 'a&b.polar': 'f("<");' });
    await nanook('test', '--cobertura', 'cobertura.xml');
    const xml = await contentOf('cobertura.xml');
    expect(xml).toContain('<class name="a&amp;b.polar" filename="a&amp;b.polar" line-rate="0.0000"');
    expect(xml).toContain('<line number="10" hits="1" branch="true" condition-coverage="100% (2/2)"/>');
    expect(xml).toContain('<line number="14" hits="0" branch="true" condition-coverage="0% (0/2)"/>');
  });

  it('writes a page without scripts, with a numbered text for each part that is not covered', async () => {
    await enterFolder({ ...files, 'x.polar': 'f("<script>") if "é" = "\\"";' });
    await nanook('test', '--html', 'coverage.html');
    const page = await contentOf('coverage.html');
    expect(page).not.toMatch(/<script|https?:\/\/|<link|<img/);
    expect(page).toContain('f(&quot;&lt;script&gt;&quot;)');
    expect(page).toContain('line 14: rule allow(_: User, &quot;delete&quot;');
    expect(page).toContain('line 12: condition note.isPublic: it is never false');
    const references = [...page.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id);
    const ids = [...page.matchAll(/ id="([\w-]+)"/g)].map(([, id]) => id);
    expect(new Set(references)).toEqual(new Set(ids));
    // Each tag that opens is closed.
    expect(page.match(/<span/g)?.length).toBe(page.match(/<\/span>/g)?.length);
  });

  it('adds the coverage of tests in TypeScript', async () => {
    const coverage = new PolicyCoverage();
    const authorizer = await Authorizer.load({
      policies: 'policy.polar',
      types: { User: {}, Note: {} },
      coverage,
      onWarning: () => {},
    });
    const user = typed('User', { id: 1, isStaff: false });
    expect(await authorizer.can(user, 'delete', typed('Note', { isPublic: true }))).toBe(true);
    await writeFile('coverage.json', JSON.stringify(coverage));
    const { out } = await nanook('test', '--merge', 'coverage.json');
    expect(out).toContain('5 of 7');
    expect(out).not.toContain('rule never tried allow(_: User, "delete"');
  });

  it('covers what a setup reaches, and keeps the results of the tests', async () => {
    await enterFolder({
      ...files,
      'tests.polar':
        'test "readers" { setup { has_role(ben, "reader", draft); } assert allow(ben, "read", draft); }\n' +
        'test "wrong" { assert allow(ben, "edit", draft); }\n',
    });
    const { code, out } = await nanook('test', '--coverage');
    expect(code).toBe(1);
    expect(out).toContain('✗ wrong');
    expect(out).not.toContain('role never held "reader"');
  });
});
