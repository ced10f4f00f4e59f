import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Model, ModelError, Thing, type TypeDeclarations } from './model.js';

const types: TypeDeclarations = {
  User: { key: ['id'], fields: { id: { type: 'Integer' }, role: { type: 'String' } } },
  Doc: {
    key: ['id'],
    fields: {
      id: { type: 'Integer' },
      kind: { type: 'String' },
      root: { type: 'String', isNullable: true },
      owner: { type: 'User', isNullable: true },
      parent: { type: 'Doc', isNullable: true },
      members: { type: 'User', isList: true, isNullable: true },
    },
  },
  Note: { extends: ['Doc'], discriminator: { field: 'kind', value: 'note' } },
};
const ann = new Thing('User', { id: 1, role: 'admin' });
const ben = new Thing('User', { id: 2, role: 'guest' });
const broken = new Thing('User', { id: 'one', role: 'admin' });
const row = (attributes: Record<string, unknown>) => new Thing('Doc', { id: 1, kind: 'page', ...attributes });
const outcome = (policy: string, resource: Thing, actor: Thing = ann, action = 'read') =>
  new Model(policy, types).outcome('allow', [actor, action, resource]);

describe('the model', () => {
  const page = readFileSync(new URL('../../../docs/reference/undecided.md', import.meta.url), 'utf8');
  const tables = page.split('## Order of conditions')[1]!.split('```ts')[0]!;
  const rows = [...tables.matchAll(/^\| `(.+?)` \| (\w+)/gm)].map(([, condition, result]) => [
    condition!,
    result!,
  ]);

  it.each(rows)('gives the documented result of `%s`', (condition, expected) => {
    const attributes = { open: false, ...(/locked/.test(condition) && { locked: true }) };
    const policy = `allow(_, _, row) if ${condition};`;
    const result = new Model(policy, {}).outcome('allow', [null, 'read', new Thing(undefined, attributes)]);
    expect(result).toBe(expected);
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each([
    ['d.owner = u', row({ owner: ann }), 'true'],
    ['d.owner = u', row({ owner: ben }), 'false'],
    ['d.owner != u', row({ owner: null }), 'true'],
    ['d.owner != u', row({ owner: 1 }), 'undecided'],
    ['d.owner != u', row({}), 'undecided'],
    ['d.root != "x"', row({ root: null }), 'true'],
    ['d.kind.startsWith(d.root)', row({ root: null }), 'undecided'],
    ['not d.kind.startsWith(d.root)', row({ root: null }), 'undecided'],
    ['u in d.members', row({ members: [broken, ann] }), 'true'],
    ['u in d.members', row({ members: [broken, ben] }), 'undecided'],
    ['u in d.members', row({ members: [null, ann] }), 'true'],
    ['[u] = d.members', row({ members: [broken] }), 'undecided'],
    ['d.members.length = 1', row({ members: [broken] }), 'true'],
    ['d matches Note', row({ kind: 'note' }), 'true'],
    ['d matches {owner: {role: "admin"}}', row({ owner: null }), 'false'],
    ['not d matches {owner: {role: "admin"}}', row({ owner: null }), 'undecided'],
    ['forall(m in d.members, m.role = "admin")', row({ members: [ann, ben] }), 'false'],
    ['forall(m in d.members, m.role = "admin")', row({ members: [ann, 5] }), 'undecided'],
    ['forall(m in d.members, m.role = "admin")', row({ members: [] }), 'true'],
  ] as const)('answers `%s` by the documents: %o', (condition, resource, expected) => {
    expect(outcome(`allow(u: User, _, d: Doc) if u = u and ${condition};`, resource)).toBe(expected);
  });

  it('has the least fixpoint of rules that lead to themselves', () => {
    const policy = `
      allow(u: User, "read", d: Doc) if near(u, d);
      near(u: User, d: Doc) if near(u, d.parent);
      near(u: User, d: Doc) if d.owner = u;
    `;
    const [first, second] = [row({ id: 1, owner: null }), row({ id: 2, owner: ann })];
    first.attributes['parent'] = second;
    second.attributes['parent'] = first;
    expect(outcome(policy, first)).toBe('true');
    expect(outcome(policy, first, ben)).toBe('false');
    second.attributes['owner'] = 5;
    expect(outcome(policy, first)).toBe('undecided');
  });

  it('tests the literals and types of a head before its other values and patterns', () => {
    const policy = 'allow(_: User{role: "x"}, "read", _: Doc); allow(User{7}, "edit", _: Doc);';
    const other = new Thing('User', { id: 3, role: 5 });
    expect(outcome(policy, row({}), other)).toBe('undecided');
    expect(outcome(policy, ann, other)).toBe('false');
    expect(outcome(policy, row({}), broken, 'edit')).toBe('undecided');
    expect(outcome(policy, row({}), broken, 'see')).toBe('false');
  });

  it('expands the shorthand rules of blocks', () => {
    const policy = `
      actor User {}
      resource Doc {
        roles = ["reader", "writer"];
        permissions = ["read", "edit"];
        relations = { parent: Doc };
        "read" if "reader";
        "reader" if "writer";
        role if role on "parent";
        "edit" if "writer" and not resource.kind = "note";
      }
      has_relation(p: Doc, "parent", d: Doc) if p = d.parent;
      has_role(u: User, "writer", d: Doc) if d.owner = u;
      allow(u, action, d) if has_permission(u, action, d);
    `;
    const parent = row({ id: 1, owner: ann, parent: null });
    const child = row({ id: 2, kind: 'note', owner: null, parent });
    expect(outcome(policy, child)).toBe('true');
    expect(outcome(policy, parent, ann, 'edit')).toBe('true');
    expect(outcome(policy, child, ann, 'edit')).toBe('false');
    expect(outcome(policy, child, ben)).toBe('false');
  });

  it('knows the facts of the application', () => {
    const facts = [['is_banned', ann]] as const;
    const model = new Model('allow(u: User, _, _: Doc) if not is_banned(u);', types, facts);
    expect(model.outcome('allow', [ann, 'read', row({})])).toBe('false');
    expect(model.outcome('allow', [ben, 'read', row({})])).toBe('true');
  });

  it.each(['allow(_, _, _) if cut;', 'allow(_, _, _) if x > 1;', 'allow(_, _, _) if missing(1);'])(
    'refuses a policy that it does not define: %s',
    (policy) => {
      expect(() => outcome(policy, row({}))).toThrow(ModelError);
    },
  );
});
