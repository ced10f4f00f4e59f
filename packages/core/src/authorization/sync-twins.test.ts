import { expect, it } from 'vitest';
import type { Decision } from './decision.js';
import { loadCandidate } from '../candidate/index.js';
import { Authorizer } from './authorizer.js';

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly ownerId: number,
    readonly isPublic: boolean | Promise<boolean>,
  ) {}
}

const policies = `
  allow(user: User, action, note: Note) if action in ["read", "edit"] and note.ownerId = user.id;
  allow(_: User, "read", note: Note) if note.isPublic;
  allow(_: User, "create", Note);
  allow_field(user: User, "read", note: Note, field) if field in ["title", "body"] and note.ownerId = user.id;
  allow_field(_: User, "read", note: Note, "title") if note.isPublic;
`;
const engines = ['source', 'closures', 'machine'] as const;
const [ann, ben] = [new User(1), new User(2)];
const [hidden, open] = [new Note(1, false), new Note(1, true)];
const cases = [ann, ben].flatMap((user) => [hidden, open].map((note) => [user, note] as const));

const load = (engine: (typeof engines)[number], onDecision?: (decision: Decision) => unknown) =>
  Authorizer.load({ policies, types: { User, Note }, engine, ...(onDecision && { onDecision }) });

/** Returns what a call returns, or the name and the status of its error. */
async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    const { name, status } = error as { name: string; status: number };
    return { name, status };
  }
}

it.each(engines)(
  'authorizeSync returns the resource, or throws the error of authorize, on %s',
  async (engine) => {
    const authorizer = await load(engine);
    const calls = cases.flatMap(([user, note]) =>
      ['read', 'edit', 'remove'].map((action) => [user, action, note] as const),
    );
    calls.push([ann, 'create', Note as never], [ann, 'drop', Note as never]);
    const expected: unknown[] = [];
    const found: unknown[] = [];
    const bound: unknown[] = [];
    for (const [user, action, note] of calls) {
      expected.push(await outcomeOf(() => authorizer.authorize(user, action, note)));
      found.push(await outcomeOf(() => authorizer.authorizeSync(user, action, note)));
      bound.push(await outcomeOf(() => authorizer.as(user).authorizeSync(action, note)));
    }
    expect(found).toEqual(expected);
    expect(bound).toEqual(expected);
    expect(expected.slice(0, 6)).toEqual([
      hidden,
      hidden,
      { name: 'ForbiddenError', status: 403 },
      open,
      open,
      { name: 'ForbiddenError', status: 403 },
    ]);
    expect(expected.slice(6)).toEqual([
      { name: 'NotFoundError', status: 404 },
      { name: 'NotFoundError', status: 404 },
      { name: 'NotFoundError', status: 404 },
      open,
      { name: 'ForbiddenError', status: 403 },
      { name: 'ForbiddenError', status: 403 },
      Note,
      { name: 'ForbiddenError', status: 403 },
    ]);
  },
);

it.each(engines)(
  'actionsSync and fieldsSync return the results of actions and fields, on %s',
  async (engine) => {
    const authorizer = await load(engine);
    for (const [user, note] of cases) {
      const bound = authorizer.as(user);
      const [actions, fields] = [
        await authorizer.actions(user, note),
        await authorizer.fields(user, 'read', note),
      ];
      expect([authorizer.actionsSync(user, note), bound.actionsSync(note)]).toEqual([actions, actions]);
      expect([authorizer.fieldsSync(user, 'read', note), bound.fieldsSync('read', note)]).toEqual([
        fields,
        fields,
      ]);
      expect(bound.canSync('edit', note)).toBe(actions.has('edit'));
    }
  },
);

it.each(engines)(
  'the methods without a promise throw POLAR_RUN_PROMISE_IN_SYNC for a promise, on %s',
  async (engine) => {
    const authorizer = await load(engine);
    const promised = new Note(1, Promise.resolve(true));
    const inSync = expect.objectContaining({ code: 'POLAR_RUN_PROMISE_IN_SYNC' }) as Error;
    expect(() => authorizer.authorizeSync(ben, 'read', promised)).toThrow(inSync);
    expect(() => authorizer.actionsSync(ben, promised)).toThrow(inSync);
    expect(() => authorizer.fieldsSync(ben, 'read', promised)).toThrow(inSync);
  },
);

it.each(engines)(
  'authorizeSync records one decision of a refusal, and none of the check of *read*, on %s',
  async (engine) => {
    const decisions: Decision[] = [];
    const authorizer = await load(engine, (decision) => void decisions.push(decision));
    expect(() => authorizer.authorizeSync(ben, 'edit', hidden)).toThrow(
      expect.objectContaining({ status: 404 }) as Error,
    );
    expect(decisions.map(({ action, outcome }) => [action, outcome])).toEqual([['edit', 'denied']]);
  },
);

it.each([{ explain: true }, { explain: {} }, null, 'no options', { unknown: true }])(
  'authorizeSync refuses the invalid options %o',
  async (options) => {
    const authorizer = await load('source');
    expect(() => authorizer.authorizeSync(ann, 'edit', hidden, options as object)).toThrow(
      expect.objectContaining({ code: 'POLAR_TYPE_INVALID_OPTION' }) as Error,
    );
  },
);

it.each([{ explain: undefined }, { explain: false }])(
  'authorizeSync accepts the options %o',
  async (options) => {
    const authorizer = await load('source');
    expect(authorizer.authorizeSync(ann, 'edit', hidden, options as object)).toBe(hidden);
  },
);

it.each(engines)(
  'a candidate compares one check of a refusal by authorizeSync, and not the check of *read*, on %s',
  async (engine) => {
    const authorizer = await load(engine);
    const candidate = await loadCandidate(authorizer, policies);
    expect(() => authorizer.authorizeSync(ben, 'edit', hidden)).toThrow(
      expect.objectContaining({ status: 404 }) as Error,
    );
    await candidate.flush();
    expect(candidate.counts).toMatchObject({ same: 1, different: 0 });
  },
);

it('actionsSync throws for a rule that allows every action, unless a wildcard is allowed', async () => {
  const authorizer = await Authorizer.load({ policies: 'allow("root", _, _) if true;' });
  expect(() => authorizer.actionsSync('root', 'note')).toThrow(
    expect.objectContaining({ code: 'POLAR_RUN_WILDCARD' }) as Error,
  );
  expect(authorizer.actionsSync('root', 'note', { allowWildcard: true })).toEqual(new Set(['*']));
});
