import { describe, expect, it } from 'vitest';
import { completionsAt } from './completions.js';
import { loaded, notes, sampleProject } from './load.fixture.js';
import { matrixOf, outcomesOf, cellKey } from './matrix.js';
import { diffAnswers } from './policy-diff.js';
import { lineCoverage, runPolicyTests } from './policy-tests.js';
import { withText } from './project-text.js';
import { listRows } from './row-list.js';
import { sampleTables } from './sample-tables.js';
import { Stepper } from './stepper.js';

const main = notes.policies[0]!.source;

describe('matrixOf', () => {
  it('decides each action of each resource for each actor, also what the data cannot decide', async () => {
    const outcomes = outcomesOf(await matrixOf(await loaded(notes)));
    const cell = (actor: string, action: string, resource: string) =>
      outcomes.get(cellKey({ actor, action, resource }));
    expect(cell('ann', 'edit', 'draft')).toBe('allowed');
    expect(cell('ben', 'read', 'news')).toBe('allowed');
    expect(cell('ben', 'edit', 'news')).toBe('denied');
    expect(cell('ben', 'edit', 'partial')).toBe('undecided');
  });

  it('has the actions on a type itself', async () => {
    const outcomes = outcomesOf(await matrixOf(await loaded(sampleProject('gitclub'))));
    expect(outcomes.get(cellKey({ actor: 'bob', action: 'create', resource: 'Organization' }))).toBe(
      'allowed',
    );
  });
});

it('runPolicyTests returns failures with a reason, and the coverage of the lines', async () => {
  const wrong = withText(notes, 'main.polar', `${main}test "wrong" { assert allow(ben, "edit", draft); }\n`);
  const { passed, failed, results, files } = await runPolicyTests(await loaded(wrong));
  expect([passed, failed]).toEqual([1, 1]);
  expect(results[1]!.failures[0]!.reason).toContain('1 is not 2');
  const lines = lineCoverage(files[0]!);
  expect(lines.get(1)).toBe('missing');
  expect(lines.get(5)).toBe('covered');
});

it('diffAnswers returns the answers that a rule changes, with this rule as the reason', async () => {
  const next = withText(notes, 'main.polar', `${main}allow(_: User, "edit", note: Note) if note.isPublic;\n`);
  const { changes } = await diffAnswers(await loaded(notes), await loaded(next));
  expect(changes).toMatchObject([
    {
      actor: 'ben',
      action: 'edit',
      resource: 'news',
      before: 'denied',
      after: 'allowed',
      causes: [{ kind: 'added', line: 11 }],
    },
  ]);
});

it('diffAnswers finds no difference between equal policies, also about types themselves', async () => {
  const club = sampleProject('gitclub');
  const { changes, checked } = await diffAnswers(await loaded(club), await loaded({ ...club }));
  expect(changes).toEqual([]);
  expect(checked).toBeGreaterThan(100);
});

it('diffAnswers counts the answers that it leaves out, because they are too many', async () => {
  const project = await loaded(notes);
  const all = await diffAnswers(project, project);
  expect(all).toMatchObject({ omitted: 0 });
  expect(await diffAnswers(project, project, { maxChecks: 5 })).toMatchObject({
    checked: 5,
    omitted: all.checked - 5,
  });
});

describe('listRows', () => {
  it('prints the condition for three databases, and the rows of the data that it selects', async () => {
    const list = await listRows(await loaded(notes), 'ben', 'read', 'Note');
    expect(list).toMatchObject({ rows: 'some', allowed: ['news'], total: 3 });
    expect(list.queries.postgres.text).toContain('SELECT * FROM "Note"\nWHERE ');
    expect(list.queries.mysql.text).toContain('`isPublic`');
    expect(list.queries.sqlite.text).toContain('"isPublic"');
  });

  it('needs a declaration of the fields', async () => {
    const project = withText(notes, 'types', '{ "User": {}, "Note": {} }');
    await expect(listRows(await loaded(project), 'ben', 'read', 'Note')).rejects.toThrow(/declare/);
  });
});

it('sampleTables fills foreign keys that the data leaves out, and join tables', async () => {
  const statements = sampleTables(await loaded(sampleProject('soft-delete')));
  const joins = statements.filter(({ text }) => text.startsWith('INSERT INTO "channel_members"'));
  expect(joins.map(({ values }) => values)).toEqual([
    [5, 1],
    [5, 2],
    [6, 2],
  ]);
});

describe('Stepper', () => {
  it('goes forward to the outcome and back to the first step, with the values of the variables', async () => {
    const stepper = new Stepper(await loaded(notes), notes.question);
    const first = await stepper.move('into');
    expect(first.view).toMatchObject({ step: expect.any(Number) });
    let stop = first;
    const texts: string[] = [];
    while (stop.end === undefined && stop.error === undefined) {
      texts.push(stop.view!.text);
      stop = await stepper.move('into');
    }
    expect(stop.end).toBe('denied');
    expect(texts.some((text) => text.includes('note.ownerId = user.id'))).toBe(true);
    expect((await stepper.move('reverse')).view?.step).toBe(first.view?.step);
    stepper.dispose();
  });
});

describe('completionsAt', () => {
  const at = async (text: string, project = sampleProject('gitclub')): Promise<string[]> => {
    const offset = text.indexOf('|');
    const edited = {
      ...project,
      policies: [...project.policies, { name: 'new.polar', source: text.replace('|', '') }],
    };
    const found = completionsAt(edited, 'new.polar', offset, await loaded(project));
    return (found?.items ?? []).map(({ label }) => label);
  };

  it.each([
    ['allow(user: User, "read", issue: Issue) if issue.|', ['repository', 'creator', 'id']],
    ['allow(user: User, "read", issue: Issue) if issue.repository.|', ['organization', 'organizationId']],
    ['f(user: User) if role in user.repositoryRoles and role.|', ['name', 'repository']],
    ['f(user: |', ['User', 'Repository', 'String']],
    ['f(x) if x matches |', ['Issue']],
    ['allow(_, "|', ['close', 'read', 'create']],
    ['f(u, r) if has_role(u, "|', ['owner', 'maintainer', 'supporter']],
    ['resource Repository {\n  "read" if "|', ['reader', 'admin']],
    ['resource Repository {\n  "read" if "reader" on "|', ['organization']],
    ['f(u) if has|', ['has_role', 'has_permission']],
    ['test "x" {\n  assert allow(|', ['alice', 'anvil']],
    ['act|', ['actor']],
  ])('offers for %s the names %j', async (text, names) => {
    expect(await at(text)).toEqual(expect.arrayContaining(names));
  });

  it('offers the values of a field that lists them', async () => {
    expect(await at('f(user: User) if user.role = "|', sampleProject('approval'))).toEqual([
      'employee',
      'manager',
      'accountant',
    ]);
  });

  it('offers only roles as the role of `has_role`, and nothing in a comment', async () => {
    expect(await at('f(u, r) if has_role(u, "|')).not.toContain('list_issues');
    expect(await at('# allow|')).toEqual([]);
  });
});
