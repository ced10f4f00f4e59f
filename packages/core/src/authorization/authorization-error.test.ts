import { describe, expect, it } from 'vitest';
import { Authorizer, ForbiddenError, NotFoundError, typed, type AuthorizationError } from '../index.js';

class User {}

const load = (options: object = {}) =>
  Authorizer.load({
    policies: `
      allow(_: User, "read", note: Note) if note.isPublic;
      allow_field(_: User, "read", _: Note, "title");
      allow_request(_: User, "home");
    `,
    types: { User, Note: {} },
    denialWarnings: false,
    ...options,
  });
const open = () => typed('Note', { isPublic: true });
const hidden = () => typed('Note', { isPublic: false });
const user = new User();

const refusalOf = (promise: Promise<unknown>): Promise<AuthorizationError> =>
  promise.then(
    () => {
      throw new Error('it was allowed');
    },
    (error: AuthorizationError) => error,
  );

describe('refusals', () => {
  it.each<[string, (a: Authorizer) => Promise<unknown>, string | undefined, string]>([
    ['forbidden', (a) => a.authorize(user, 'delete', open()), 'Note', 'no rule for "delete" on Note matched'],
    ['hidden', (a) => a.authorize(user, 'read', hidden()), 'Note', 'no rule for "read" on Note matched'],
    [
      'hidden, for another action',
      (a) => a.authorize(user, 'delete', hidden()),
      'Note',
      'no rule for "delete" on Note matched, nor one for "read"',
    ],
    [
      'of a type itself',
      (a) => a.authorize(user, 'create', a.type('Note'), { checkRead: false }),
      'Note',
      'no rule for "create" on Note matched',
    ],
    [
      'of a class',
      (a) => a.authorize(user, 'create', User, { checkRead: false }),
      'User',
      'no rule for "create" on User matched',
    ],
    [
      'of a resource without a type',
      (a) => a.authorize(user, 'read', {}),
      undefined,
      'no rule for "read" matched',
    ],
    ['of a request', (a) => a.authorizeRequest(user, 'away'), undefined, 'no rule of allow_request matched'],
    [
      'of a field',
      (a) => a.authorizeField(user, 'read', open(), 'email'),
      'Note',
      'no rule of allow_field for "read" on "email" of Note matched',
    ],
  ])('carry type and reason for the log: %s', async (_name, call, resourceType, reason) => {
    expect(await refusalOf(call(await load()))).toMatchObject({ resourceType, reason, route: undefined });
  });

  it('hide the type, the reason and the route from clients', async () => {
    const missing = new NotFoundError('read');
    const found = await refusalOf((await load()).authorize(user, 'read', hidden()));
    found.route = 'GET /notes/:id';
    expect(JSON.stringify(found)).toBe(JSON.stringify(missing));
    expect(Object.keys({ ...found })).toEqual(Object.keys({ ...missing }));
    expect(found.message).toBe(missing.message);
    expect(found.route).toBe('GET /notes/:id');
  });

  it('stay refusals when a predicate throws while the type is computed for the log', async () => {
    let isAsked = false;
    const authorizer = await load({
      types: {
        User,
        Note: {
          is: () => {
            if (isAsked) throw new Error('for the log');
            return false;
          },
        },
      },
      policies: 'allow(_: User, "read", _: Note);',
    });
    const refused = refusalOf(authorizer.authorize(user, 'read', {}, { checkRead: false }));
    queueMicrotask(() => (isAsked = true));
    expect((await refused) instanceof ForbiddenError).toBe(true);
  });
});
