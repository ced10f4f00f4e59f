import { describe, expect, it } from 'vitest';
import { Authorizer } from '../authorization/authorizer.js';
import type { RelationsOptions } from '../authorization/relations-for.js';
import { isPolarError } from '../diagnostics/polar-error.js';
import { many, one } from '../types/relation.js';

const key = 'id';
const fields = { id: 'Integer', a: 'Integer', b: 'Integer' } as const;
const toOne = (type: string) => one(type, { local: 'a', foreign: 'id' });
const toMany = (type: string) => many(type, { local: 'id', foreign: 'a' });

const types = {
  User: { key, fields, relations: { team: toOne('Team') } },
  Team: { key, fields },
  Folder: { key, fields, relations: { parent: toOne('Folder'), owner: toOne('User') } },
  Document: {
    key,
    fields,
    relations: {
      folder: toOne('Folder'),
      owner: toOne('User'),
      comments: toMany('Comment'),
      kept: many('Comment', { local: 'id', foreign: 'a', where: { b: 0 } }),
    },
  },
  Comment: { key, fields, relations: { author: toOne('User'), document: toOne('Document') } },
};

async function relationsOf(
  policies: string,
  options: RelationsOptions = {},
  action: string | string[] = 'read',
) {
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return authorizer.relationsFor(action, 'Document', options);
}
const ofBody = (body: string, rules = '') =>
  relationsOf(`allow(user, "read", d: Document) if user = user and ${body}; ${rules}`);

describe('relationsFor() finds the relations that a rule reads', () => {
  it.each([
    ['no relation', 'd.id = 1', {}],
    ['a relation', 'd.owner = user', { owner: {} }],
    ['a path', 'd.folder.owner.team.id = 1', { folder: { owner: { team: {} } } }],
    ['a relation in a pattern', 'd matches Document{folder: {owner: user}}', { folder: { owner: {} } }],
    ['elements', 'c in d.comments and c.author = user', { comments: { author: {} } }],
    [
      'elements of a list that a variable holds',
      'x = d.comments and c in x and c.author = user',
      { comments: { author: {} } },
    ],
    ['the number of elements', 'd.comments.length > 1', { comments: {} }],
    ['a negation', 'not d.folder.owner = user', { folder: { owner: {} } }],
    ['a forall', 'forall(c in d.comments, c.author = user)', { comments: { author: {} } }],
    [
      'each alternative',
      '(x = d.folder or x = d.owner) and x.owner.id = 1',
      { folder: { owner: {} }, owner: {} },
    ],
    [
      'variables that get a value later',
      'x = y and y = d.folder and x.owner = user',
      { folder: { owner: {} } },
    ],
    [
      'a list of the policy',
      'x in [d.folder, d.owner] and x.owner = user',
      { folder: { owner: {} }, owner: {} },
    ],
    ['a dictionary of the policy', 'x = {f: d.folder} and x.f.owner = user', { folder: { owner: {} } }],
    [
      'a key that a variable holds',
      'name in ["folder", "owner"] and d.(name).id = 1',
      { folder: {}, owner: {} },
    ],
    [
      'a relation of a row that leads back',
      'c in d.comments and c.document.owner = user',
      { comments: { document: { owner: {} } } },
    ],
  ])('%s', async (_name, body, tree) => {
    expect(await ofBody(body)).toEqual(tree);
  });

  it('rules that are called, with rows that a rule returns in an argument', async () => {
    const rules = 'place(d: Document, f) if f = d.folder; place(f: Folder, p) if p = f.parent;';
    expect(await ofBody('place(d, f) and place(f, g) and g.owner = user', rules)).toEqual({
      folder: { parent: { owner: {} } },
    });
  });

  it('roles of a resource block that come from related rows', async () => {
    const policy = `
      actor User {}
      resource Folder { roles = ["owner"]; relations = { parent: Folder }; "owner" if "owner" on "parent"; }
      resource Document {
        permissions = ["read", "edit"]; roles = ["owner"]; relations = { folder: Folder };
        "read" if "owner"; "owner" if "owner" on "folder";
      }
      has_relation(f: Folder, "folder", d: Document) if f = d.folder;
      has_relation(p: Folder, "parent", f: Folder) if p = f.parent;
      has_role(user: User, "owner", d: Document) if user = d.owner;
      has_role(user: User, "owner", f: Folder) if user = f.owner;
      has_permission(_: User, "edit", d: Document) if c in d.comments and c.id = 1;
      allow(actor, action, resource) if has_permission(actor, action, resource);
    `;
    const folder = { owner: {}, parent: { owner: {} } };
    expect(await relationsOf(policy)).toEqual({ owner: {}, folder });
    expect(await relationsOf(policy, {}, 'edit')).toEqual({ comments: {} });
    expect(await relationsOf(policy, {}, ['edit', 'read'])).toEqual({ comments: {}, owner: {}, folder });
  });
});

describe('relationsFor() leaves out', () => {
  it('rules of other actions and of other types', async () => {
    const policy = `
      allow(_, "edit", d: Document) if d.owner.id = 1;
      allow(_, action, d: Document) if action in ["edit", "delete"] and d.folder.id = 1;
      allow(_, action, d: Document) if action = "edit" and d.comments.length = 1;
      allow(_, _, f: Folder) if f.owner.id = 1;
      allow(_, "read", d) if d matches Folder and d.owner.id = 1;
      allow(_, "read", d: Document) if d.id = 1;
    `;
    expect(await relationsOf(policy)).toEqual({});
  });

  it('relations with values that related rows must have, unless the option filtered is true', async () => {
    const policy = 'allow(user, "read", d: Document) if c in d.kept and c.author = user;';
    expect(await relationsOf(policy)).toEqual({});
    expect(await relationsOf(policy, { filtered: true })).toEqual({ kept: { author: {} } });
  });

  it('relations of the actor', async () => {
    expect(await ofBody('user.team = d.owner.team')).toEqual({ owner: { team: {} } });
  });
});

describe('relationsFor()', () => {
  const chain = `
    allow(user: User, "read", d: Document) if within(user, d.folder);
    within(user, f: Folder) if f.owner = user;
    within(user, f: Folder) if within(user, f.parent);
  `;

  it('follows the relation of a recursive rule as often as the option depth says', async () => {
    const end = { owner: {} };
    expect(await relationsOf(chain)).toEqual({ folder: { ...end, parent: end } });
    expect(await relationsOf(chain, { depth: 3 })).toEqual({
      folder: { ...end, parent: { ...end, parent: { ...end, parent: end } } },
    });
  });

  it('ends for rules that call each other with the same row', async () => {
    const rules = `
      first(d, x) if second(d, x);
      second(d, x) if first(d, x);
      second(d, x) if x = d.folder;
    `;
    expect(await ofBody('first(d, x) and x.owner = user', rules)).toEqual({ folder: { owner: {} } });
  });

  it('adds the relations of rules for fields with the option fields', async () => {
    const policy = `
      allow(user: User, "read", d: Document) if d.owner = user;
      allow_field(user: User, "read", d: Document, "id") if d.folder.owner = user;
      allow_field(user: User, "edit", d: Document, "id") if c in d.comments and c.author = user;
    `;
    expect(await relationsOf(policy, { fields: 'read' })).toEqual({ owner: {}, folder: { owner: {} } });
  });

  it('throws for an unknown type, an invalid option and an action that is not a text', async () => {
    const authorizer = await Authorizer.load({ policies: 'allow(_, "read", _: Document);', types });
    const codeOf = (result: Promise<unknown>) =>
      result.then(
        () => undefined,
        (error: unknown) => (isPolarError(error) ? error.code : error),
      );
    expect(await codeOf(authorizer.relationsFor('read', 'Documents'))).toBe('POLAR_TYPE_UNKNOWN_TYPE');
    expect(await codeOf(authorizer.relationsFor('read', 'Document', { depth: 0 }))).toBe(
      'POLAR_TYPE_INVALID_OPTION',
    );
    expect(await codeOf(authorizer.relationsFor(1 as never, 'Document'))).toMatch(/^POLAR_/);
  });
});
