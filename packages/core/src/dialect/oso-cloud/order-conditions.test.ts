import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../../aot/compiled.js';
import { Authorizer } from '../../authorization/authorizer.js';
import { everywhere } from '../../engine/fixtures/all-engines.fixture.js';
import { printCondition } from '../../filter/print-condition.js';
import { Authorizer as NodeAuthorizer } from '../../node/authorizer.js';
import { renderExplanation } from '../../explanation/render-text.js';
import { policyOf } from '../../policy/diagnose.fixture.js';
import type { Policy } from '../../policy/policy.js';
import { printTerm } from '../../syntax/print.js';
import { one } from '../../types/relation.js';
import { TypeTable } from '../../types/type-table.js';
import { typed } from '../../types/typed.js';
import { osoCloud } from '../dialect.js';
import { orderConditions } from './order-conditions.js';

// The expected answers follow from the facts, because the conditions of a rule of Oso Cloud have no order.

const keyed = { key: 'id', fields: { id: 'String' } } as const;
const types = { User: keyed, Group: keyed, Folder: keyed, Team: keyed };
const options = { types, dialect: 'oso-cloud' } as const;

const ann = typed('User', { id: 'ann' });
const ben = typed('User', { id: 'ben' });
const folder = (id: string) => typed('Folder', { id });

const table = new TypeTable(types, {}, osoCloud);
const checked = (text: string) => policyOf(text, table);
const bodiesOf = ({ rules }: Policy) =>
  rules.flatMap(({ name, body }) => (body === undefined || name === 'allow' ? [] : printTerm(body)));
const ordered = (policy: Policy) => orderConditions(policy, table);
const orderedBodies = (text: string) => bodiesOf(ordered(checked(text)));

const blocks = `
  actor User {}
  actor Group {}
  resource Folder { roles = ["reader"]; permissions = ["read"]; relations = { parent: Folder }; "read" if "reader"; }
`;
const facts = `
  has_relation(Folder{"middle"}, "parent", Folder{"top"});
  has_relation(Folder{"low"}, "parent", Folder{"middle"});
  has_role(User{"ann"}, "reader", Folder{"middle"});
`;
const roleFirst = `
  has_role(user: User, role: String, folder: Folder) if
    parent matches Folder and has_role(user, role, parent) and has_relation(folder, "parent", parent);
`;

/** Expects the folders that each user can read, on each engine. */
async function expectReadable(policy: string, expected: Readonly<Record<string, string>>): Promise<void> {
  await everywhere(policy, options, (ask, engine) => {
    const readable = [ann, ben].map((user) =>
      ['top', 'middle', 'low'].filter((id) => ask(user, folder(id)) === true).join(' '),
    );
    expect([engine, ...readable]).toEqual([engine, expected['ann'], expected['ben']]);
  });
}

describe('the order of conditions in the dialect oso-cloud', () => {
  it('decides a rule that begins with a call of itself about an unknown object', async () => {
    await expectReadable(blocks + roleFirst + facts, { ann: 'middle low', ben: '' });
  });

  it('decides a circle of objects', async () => {
    const circle = 'has_relation(Folder{"top"}, "parent", Folder{"low"});';
    await expectReadable(blocks + roleFirst + facts + circle, { ann: 'top middle low', ben: '' });
  });

  it('decides groups in groups, where the second call of the rule is about another type than its head', async () => {
    const policy = `
      ${blocks}
      has_group(user: User, group: Group) if
        inner matches Group and has_group(user, inner) and has_group(inner, group);
      has_role(user: User, role: String, folder: Folder) if
        group matches Group and has_group(user, group) and has_role(group, role, folder);
      has_group(User{"ann"}, Group{"a"});
      has_group(Group{"a"}, Group{"b"});
      has_group(Group{"b"}, Group{"c"});
      has_group(User{"ben"}, Group{"c"});
      has_role(Group{"c"}, "reader", Folder{"top"});
      has_role(Group{"a"}, "reader", Folder{"low"});
    `;
    await expectReadable(policy, { ann: 'top low', ben: 'top' });
  });

  it('decides rules that call each other', async () => {
    const policy = `
      ${blocks}
      has_role(user: User, "reader", folder: Folder) if
        can_browse(user, parent) and parent matches Folder and has_relation(folder, "parent", parent);
      can_browse(user: User, folder: Folder) if has_role(user, "reader", folder);
      ${facts}
    `;
    await expectReadable(policy, { ann: 'middle low', ben: '' });
  });

  it('decides a call about an object that has another type in one alternative', async () => {
    const policy = `
      ${blocks}
      has_role(user: User, role: String, folder: Folder) if
        has_role(user, role, other) and has_link(folder, other) and (other matches Folder or other matches Team);
      has_role(User{"ann"}, "reader", Folder{"top"});
      has_role(User{"ben"}, "reader", Team{"link"});
      has_link(Folder{"middle"}, Folder{"top"});
      has_link(Folder{"low"}, Team{"link"});
    `;
    await expectReadable(policy, { ann: 'top middle', ben: 'low' });
  });

  it('decides a rule whose unknown role a fact about a text finds', async () => {
    const policy = `
      ${blocks}
      has_role(user: User, "reader", folder: Folder) if has_role(user, role, folder) and implies(role, "reader");
      implies("owner", "reader");
      has_role(User{"ann"}, "owner", Folder{"top"});
      has_role(User{"ben"}, "guest", Folder{"top"});
      has_role(User{"ben"}, "reader", Folder{"low"});
    `;
    await expectReadable(policy, { ann: 'top', ben: 'low' });
  });

  it('decides a recursive alternative of `or`, and unknown objects that several facts lead to', async () => {
    const policy = `
      ${blocks}
      has_role(user: User, role: String, folder: Folder) if
        is_owner(user, folder) or
        (has_role(user, role, parent) and is_link(link, parent) and has_link(folder, link));
      is_owner(User{"ben"}, Folder{"low"});
      has_role(User{"ann"}, "reader", Folder{"top"});
      has_link(Folder{"low"}, Team{"link"});
      is_link(Team{"link"}, Folder{"top"});
    `;
    await expectReadable(policy, { ann: 'top low', ben: 'low' });
  });

  it('decides the same with the facts of a question, and after loadSync', async () => {
    const policies = blocks + roleFirst;
    const given = [
      ['has_relation', folder('low'), 'parent', folder('top')],
      ['has_role', ann, 'reader', folder('top')],
    ] as const;
    const asynchronous = await Authorizer.load({ ...options, policies });
    const synchronous = NodeAuthorizer.loadSync({ ...options, policies: { name: 'p', source: policies } });
    for (const authorizer of [asynchronous, synchronous])
      expect(
        [ann, ben].map((user) => authorizer.canSync(user, 'read', folder('low'), { facts: given })),
      ).toEqual([true, false]);
  });

  it.each([
    ['not is_hidden(folder)', 'a negation'],
    ['is_visible(folder)', 'a call of a rule with a negation'],
    ['forall(is_hidden(folder), is_shown(folder))', '`forall`'],
  ])('moves no call over `%s`: %s', (condition) => {
    const policy = `
      has_role(user: User, "reader", folder: Folder) if
        has_role(user, "reader", parent) and ${condition} and has_relation(folder, "parent", parent);
      is_visible(folder: Folder) if not is_hidden(folder);
    `;
    expect(orderedBodies(policy)).toEqual(bodiesOf(checked(policy)));
  });

  it.each([
    'starts_like(folder, team)',
    'calls_method(folder, team)',
    'starts_like(folder, {team: team.id.trim()})',
    'is_same(folder, new Team(team))',
  ])('moves no call that is an error for a variable without a value: %s', (condition) => {
    const policy = `
      has_role(user: User, "reader", folder: Folder) if has_role(user, "linker", team) and ${condition};
      calls_method(folder: Folder, team: Team) if starts_like(folder, team);
      starts_like(folder: Folder, team: Team) if folder.id.startsWith(team.id);
    `;
    expect(orderedBodies(policy)).toEqual(bodiesOf(checked(policy)));
  });

  it('decides a call of a method that needs the value of another type', async () => {
    const policy = `
      ${blocks}
      has_role(user: User, "reader", folder: Folder) if has_role(user, "linker", team) and starts_like(folder, team);
      starts_like(folder: Folder, team: Team) if folder.id.startsWith(team.id);
      has_role(User{"ann"}, "linker", Team{"mid"});
      has_role(User{"ben"}, "linker", Team{"lo"});
    `;
    await expectReadable(policy, { ann: 'middle', ben: 'low' });
  });

  it('keeps the order of a policy with a cut', () => {
    const policy = checked(`${roleFirst} is_first(_) if cut;`);
    expect(ordered(policy)).toBe(policy);
  });

  it.each([
    [
      'is_open(parent) stays, because nothing else binds its variable',
      'has_role(user, role, parent) and is_open(parent) and is_open(folder)',
      undefined,
    ],
    [
      'other conditions stay before the call',
      'parent matches Folder{} and is_open(folder) and has_role(user, role, parent) and is_open(parent) and has_relation(folder, "parent", parent)',
      'parent matches Folder{} and is_open(folder) and has_relation(folder, "parent", parent) and has_role(user, role, parent) and is_open(parent)',
    ],
    [
      'a call with a known object comes before a call with a text only',
      'has_role(user, role, parent) and has_relation(other, "parent", parent) and has_relation(folder, "link", other)',
      'has_relation(folder, "link", other) and has_relation(other, "parent", parent) and has_role(user, role, parent)',
    ],
    [
      'a call about known objects stays',
      'has_role(user, role, folder) and has_relation(folder, "parent", parent) and is_open(parent)',
      undefined,
    ],
    [
      'a call about objects of another type stays',
      'has_role(user, role, team) and team matches Team{} and has_relation(folder, "team", team)',
      undefined,
    ],
  ])('moves only the calls that bind the arguments of a recursive call: %s', (_, written, ordered) => {
    const head = 'has_role(user: User, role: String, folder: Folder) if';
    expect(orderedBodies(`${head} ${written};`)).toEqual([ordered ?? written]);
  });

  it("keeps the order in Nanook's own dialect", async () => {
    const own = `
      allow(a, b, c) if has_role(a, b, c);
      has_role(user: User, role: String, folder: Folder) if
        has_role(user, role, parent) and has_relation(parent, "parent", folder);
      has_relation(Folder{"top"}, "parent", Folder{"low"});
    `;
    const limits = { maxDepth: 200 };
    const authorizer = await Authorizer.load({ types, policies: own, engine: 'machine', limits });
    expect(() => authorizer.canSync(ben, 'read', folder('low'))).toThrow('recursed deeper than 200 levels');
  });

  it('gives `where` the filter of the rule whose relation comes first', async () => {
    const declared = {
      User: { key: 'id', fields: { id: 'String', folderIds: 'List' } },
      Folder: {
        key: 'id',
        fields: { id: 'String', parentId: 'String' },
        relations: { parent: one('Folder', { local: 'parentId', foreign: 'id' }) },
      },
    } as const;
    const data = `
      actor User {}
      resource Folder { roles = ["reader"]; permissions = ["read"]; relations = { parent: Folder }; "read" if "reader"; }
      has_role(user: User, "reader", folder: Folder) if folder.id in user.folderIds;
      has_relation(folder: Folder, "parent", parent: Folder) if parent = folder.parent;
    `;
    const conditionOf = async (...conditions: readonly string[]) => {
      const rule = `has_role(user: User, role: String, folder: Folder) if ${conditions.join(' and ')};`;
      const authorizer = await Authorizer.load({
        types: declared,
        dialect: 'oso-cloud',
        policies: data + rule,
      });
      const user = typed('User', { id: 'ann', folderIds: ['top'] });
      return printCondition((await authorizer.where(user, 'read', 'Folder')).condition);
    };
    const calls = ['has_role(user, role, parent)', 'has_relation(folder, "parent", parent)'] as const;
    expect(await conditionOf(...calls)).toBe(await conditionOf(...calls.toReversed()));
  });

  it('gives `where` the objects that facts of the policy lead to, and a precompiled policy the same decisions', async () => {
    const policies = blocks + roleFirst + facts;
    const authorizer = await Authorizer.load({ ...options, policies });
    const { condition } = await authorizer.where(ann, 'read', 'Folder');
    expect(printCondition(condition).split(' or ').toSorted()).toEqual([
      'folder.id = "low"',
      'folder.id = "middle"',
    ]);
    const text = await compilePolicy({ ...options, policies, format: 'cjs' });
    const module = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is a module
    (new Function('module', text) as (target: object) => void)(module);
    const compiled = CompiledAuthorizer.load(module.exports, { types });
    const decided = ['top', 'middle', 'low'].map((id) => compiled.can(ann, 'read', folder(id)));
    expect(await Promise.all(decided)).toEqual([false, true, true]);
  });

  it('explains with the conditions at the places where they are written', async () => {
    const authorizer = await Authorizer.load({
      ...options,
      policies: { name: 'p', source: roleFirst + facts + blocks },
    });
    const denied = renderExplanation(await authorizer.explain(ben, 'read', folder('low')));
    const granted = renderExplanation(await authorizer.explain(ann, 'read', folder('low')));
    expect(denied).toContain(
      '✗ `has_role(user, role, parent)`: User{id: "ben"} does not have the role "reader" on Folder{id: "middle"} (p:3)',
    );
    expect(granted).toContain(
      'user = User{id: "ann"}, role = "reader", folder = Folder{id: "low"}, parent = Folder{id: "middle"}',
    );
  });
});
