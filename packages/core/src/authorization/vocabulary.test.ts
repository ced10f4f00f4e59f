import { describe, expect, it } from 'vitest';
import { Authorizer, type TypesInput } from '../index.js';

// cspell:ignore Noet raed

class Folder {}
class Archive extends Folder {}

const load = (policies: string, types: TypesInput = { User: {}, Note: {}, Folder, Archive }) =>
  Authorizer.load({ policies, types, onWarning: () => {} });

async function vocabularyOf(type: string, policies: string, types?: TypesInput) {
  return (await load(policies, types)).policy.vocabulary().types.find((each) => each.type === type);
}

describe('policy.vocabulary', () => {
  it('lists every declared type, also one without actions', async () => {
    const authorizer = await load('allow(_: User, "read", _: Note);');
    const none = { actions: [], typeActions: [], fieldActions: [], fields: [], roles: [] };
    expect(authorizer.policy.vocabulary().types).toEqual([
      { ...none, type: 'User' },
      { ...none, type: 'Note', actions: ['read'] },
      { ...none, type: 'Folder' },
      { ...none, type: 'Archive' },
    ]);
  });

  it('separates the actions on instances from those on the type itself', async () => {
    const policy =
      'allow(_: User, "edit", _: Note); allow(_: User, "create", Note); allow(_: User, "read", _);';
    expect(await vocabularyOf('Note', policy)).toMatchObject({
      actions: ['edit', 'read'],
      typeActions: ['create', 'read'],
    });
  });

  it('follows shorthand rules, and lists roles that are declared or that rules give', async () => {
    const policy = `
      actor User {}
      resource Note {
        permissions = ["read", "unused"];
        roles = ["reader"];
        "read" if "reader";
      }
      allow(actor, action, resource) if has_permission(actor, action, resource);
      has_role(user: User, role: String, note: Note) if role in ["author", "reader"] and note.author = user;`;
    expect(await vocabularyOf('Note', policy)).toMatchObject({
      actions: ['read'],
      roles: ['author', 'reader'],
    });
  });

  it('lists the declared roles for a rule that reads the role from data, and no text of a condition or a test', async () => {
    const policy = `
      actor User {} resource Note { roles = ["reader", "editor"]; }
      has_role(user: User, name: String, note: Note) if name in user.roles and note.kind = "letter";
      allow(_: User, "read", _: Note);
      test "readers" { setup { has_role(ann, "guest", note); } assert_not allow(ann, "write", note); }
      allow(_: User, "list", Note);`;
    expect(await vocabularyOf('Note', policy)).toMatchObject({
      roles: ['editor', 'reader'],
      actions: ['read'],
      typeActions: ['list'],
    });
    const withoutBlock = policy.replace(/actor User .*/, '');
    expect((await vocabularyOf('Note', withoutBlock))?.roles).not.toContain('guest');
  });

  it('lists no action for a rule that allows every action, except permissions of the block', async () => {
    const policy = `
      actor User {}
      resource Note { permissions = ["archive"]; roles = ["owner"]; }
      allow(user: User, _, _) if user.isAdmin;
      has_role(user: User, "owner", note: Note) if note.owner = user;
      has_role(user: User, _: String, _: Note) if user.isAuthor;
      allow(user: User, "write", note: Note) if has_role(user, "author", note);
      allow(user: User, _action: String, _) if user.isBoss;
      allow(_: User, "read", _: Folder);`;
    expect(await vocabularyOf('Note', policy)).toMatchObject({
      actions: ['archive', 'write'],
      roles: ['owner'],
    });
    expect(await vocabularyOf('Folder', policy)).toMatchObject({ actions: ['read'] });
  });

  it('accepts every action on a type for which a rule allows every action', async () => {
    const every = { actions: undefined, typeActions: [], fieldActions: [] };
    const owner = 'allow(user: User, _, note: Note) if note.owner = user; allow(_: User, "read", _: Note);';
    expect(await vocabularyOf('Note', owner)).toMatchObject(every);
    expect(await vocabularyOf('Folder', owner)).toMatchObject({ actions: [] });
    const stored = 'allow(user: User, action, _: Note) if action in user.actions;';
    expect(await vocabularyOf('Note', stored)).toMatchObject(every);
    const except = 'allow(_: User, action, _: Note) if action != "delete";';
    expect(await vocabularyOf('Note', except)).toMatchObject(every);
    const onFields = 'allow_field(user: User, _, note: Note, "title") if note.owner = user;';
    expect(await vocabularyOf('Note', onFields)).toMatchObject({
      fieldActions: undefined,
      fields: ['title'],
    });
  });

  it('lists all actions of the policy for a type on which only a rule for everything allows actions', async () => {
    const superuser = 'allow(user: User, _, _) if user.isAdmin;';
    const named = 'allow(_: User, "read", _: Note); allow(_: User, "create", Note);';
    expect(await vocabularyOf('User', superuser + named)).toMatchObject({ actions: ['create', 'read'] });
    expect(await vocabularyOf('Note', superuser + named)).toMatchObject({ actions: ['read'] });
    expect(await vocabularyOf('Note', superuser)).toMatchObject({
      actions: undefined,
      typeActions: undefined,
    });
  });

  it('lists the actions of subclasses and of types with a predicate, because an instance can have these types', async () => {
    const policy =
      'allow(_: User, "restore", _: Archive); allow(_: User, "publish", _: Draft); allow(_: User, "edit", _: Note);';
    const types = { User: {}, Note: {}, Folder, Archive, Draft: { is: () => false } };
    expect(await vocabularyOf('Folder', policy, types)).toMatchObject({ actions: ['publish', 'restore'] });
    expect(await vocabularyOf('Archive', policy, types)).toMatchObject({ actions: ['publish', 'restore'] });
    expect(await vocabularyOf('Note', policy, types)).toMatchObject({ actions: ['edit', 'publish'] });
  });

  it('lists the fields and actions of allow_field', async () => {
    const policy = `
      allow_field(_: User, "read", _: Note, field) if field in ["title", "body"];
      allow_field(_: User, "update", _: Note, "body");
      allow_field(_: User, "read", _: Folder, _);`;
    expect(await vocabularyOf('Note', policy)).toMatchObject({
      actions: [],
      fieldActions: ['read', 'update'],
      fields: ['body', 'title'],
    });
    expect(await vocabularyOf('User', policy)).toMatchObject({ fieldActions: [], fields: [] });
    // Any field: those that the type declares, if it does.
    expect(await vocabularyOf('Folder', policy)).toMatchObject({ fieldActions: ['read'], fields: undefined });
    const declared = { User: {}, Note: {}, Folder: { fields: { id: 'Integer', name: 'String' } } };
    expect(await vocabularyOf('Folder', policy, declared)).toMatchObject({ fields: ['id', 'name'] });
  });
});

it('policy.vocabulary lists the actions on values without a declared type', async () => {
  const policy =
    'allow(_: User, "deploy", "production"); allow(_: User, "read", _: Note); allow(_: User, "read", _: String);';
  expect((await load(policy)).policy.vocabulary().otherActions).toEqual(['deploy']);
});

describe('policy.isAction', () => {
  it('returns whether the policy names the action, for anything or for a type', async () => {
    const authorizer = await load(
      'allow(_: User, "read", _: Note); allow(_: User, "create", Note); allow(_, "deploy", "x");',
    );
    const isAction = (action: unknown, type?: string) =>
      type === undefined ? authorizer.policy.isAction(action) : authorizer.policy.isAction(action, type);
    expect(isAction('read')).toBe(true);
    expect(isAction('deploy')).toBe(true);
    expect(isAction('create')).toBe(true);
    expect(isAction('read', 'Note')).toBe(true);
    expect(isAction('create', 'Note')).toBe(false);
    expect(isAction('deploy', 'Note')).toBe(false);
    expect(isAction('read', 'User')).toBe(false);
    expect(isAction('raed')).toBe(false);
    expect(isAction(['read'])).toBe(false);
    expect(isAction(undefined, 'Note')).toBe(false);
    const open = await load('allow(user: User, _, note: Note) if note.owner = user;');
    expect([
      open.policy.isAction('raed'),
      open.policy.isAction('raed', 'Note'),
      open.policy.isAction('raed', 'User'),
    ]).toEqual([true, true, false]);
    expect(() => isAction('read', 'Noet')).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_UNKNOWN_TYPE' }),
    );
  });
});
