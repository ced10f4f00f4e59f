import { describe, expect, it } from 'vitest';
import { Authorizer } from './authorizer.js';

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(readonly ownerId: number) {}
}
const fields = { id: 'Integer', ownerId: 'Integer' } as const;
const types = {
  User,
  Note: { class: Note, key: 'id', fields },
  Page: { key: 'id', fields },
} as const;
const policies = ['Note', 'Page'].map(
  (type) => `
    allow(_: User, "create", ${type});
    allow(user: User, "read", row: ${type}) if row.ownerId = user.id;
  `,
);
const ann = new User(1);

async function load(onWarning: (message: string) => void = () => {}) {
  const resources = { list: () => Promise.resolve([]), count: () => Promise.resolve(7) };
  return Authorizer.load({
    policies,
    types,
    resources: resources as never,
    denialWarnings: true,
    onWarning: ({ message }) => onWarning(message),
  });
}

/** References to a type that are resources, too: a name is not one, because a text may be the resource. */
const references = [
  ['the class', () => Note],
  ['the result of type() for a class', (authorizer: Authorizer) => authorizer.type('Note')],
  ['a token', (authorizer: Authorizer) => authorizer.type('Page')],
] as const;

describe.each(references)('the type itself as a resource, given as %s', (_, referTo) => {
  it('has the answers of checks and enumerations about the type', async () => {
    const authorizer = await load();
    const type = referTo(authorizer);
    expect(await authorizer.can(ann, 'create', type)).toBe(true);
    expect(authorizer.canSync(ann, 'create', type)).toBe(true);
    expect(await authorizer.authorize(ann, 'create', type)).toBe(type);
    expect(authorizer.authorizeSync(ann, 'create', type)).toBe(type);
    expect(await authorizer.actions(ann, type)).toEqual(new Set(['create']));
    expect(authorizer.actionsSync(ann, type)).toEqual(new Set(['create']));
    expect(await authorizer.whatCan(ann, type)).toEqual({ allowed: ['create'], undecided: [] });
    expect(await authorizer.filter(ann, 'create', [type])).toEqual([type]);
    expect(await authorizer.explain(ann, 'create', type)).toMatchObject({ outcome: 'allowed' });
  });
});

describe.each([...references, ['a name', () => 'Page'] as const])(
  'the type of rows, given as %s',
  (_, referTo) => {
    it('selects this type in filters, lists and the analysis of the policy', async () => {
      const authorizer = await load();
      const type = referTo(authorizer);
      expect((await authorizer.where(ann, 'read', type)).filter.kind).not.toBe('never');
      expect(await authorizer.list(ann, 'read', type)).toEqual({ rows: [], next: undefined });
      expect(await authorizer.count(ann, 'read', type)).toBe(7);
      await expect(authorizer.one(ann, 'read', type, 1)).rejects.toMatchObject({ status: 404 });
      expect(await authorizer.relationsFor('read', type)).toEqual({});
      expect(authorizer.policy.grants('create', type, { resource: 'type' })).toBe(true);
      expect(authorizer.policy.actions(type)).toEqual(['create', 'read']);
      expect(authorizer.policy.rulesFor('create', type)).toHaveLength(1);
      expect(authorizer.policy.isAction('read', type)).toBe(true);
    });
  },
);

it('a check of the name of a type is denied, with a warning that names the type itself', async () => {
  const warnings: string[] = [];
  const authorizer = await load((message) => warnings.push(message));
  expect(await authorizer.can(ann, 'create', 'Note')).toBe(false);
  expect(warnings).toEqual([
    expect.stringMatching(/is the string 'Note'.*pass the type itself: the class `Note`/),
  ]);
});
