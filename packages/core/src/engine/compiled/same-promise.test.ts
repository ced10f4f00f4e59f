import { expect, it } from 'vitest';
import { Authorizer, isPolarError, typed } from '../../index.js';
import { Doc, engines, User } from '../fixtures/all-engines.fixture.js';
import { precompile } from '../fixtures/precompiled.fixture.js';
import '../fixtures/final-code.fixture.js';

// A promise that is read twice is one object on both sides of a comparison. It is awaited like every other promise: it may be rejected, and
// a promise of NaN is not equal to itself.

const rules = `
  allow(_, "=", doc) if doc.owner = doc.author;
  allow(_, "==", doc) if doc.owner == doc.author;
  allow(_, "not =", doc) if not doc.owner = doc.author;
  allow(_, "!=", doc) if doc.owner != doc.author;
  allow(_, "itself", doc) if owner = doc.owner and owner = owner;
  allow(_, "element", doc) if owner in doc.owners and owner = doc.owner;
  allow(_, "member", doc) if doc.owner in doc.owners;
  allow(_, "rule", doc) if same(doc.owner, doc.author);
  allow(user: User, "typed", doc: Doc) if doc.owner = doc.author and user = user;
  allow(user: User, "typed not", doc: Doc) if not (doc.owner = doc.author and user = user);
  allow(user: User, "for all", doc: Doc) if forall(owner in doc.owners, owner = doc.owner) and user = user;
  same(x, x);
`;
const actions = [...rules.matchAll(/allow\(.*?"(.*?)"/gu)].map(([, action]) => action!);

const declarations = {
  nothing: { User: {}, Doc: {} },
  'a key': { User: { key: 'id' }, Doc: {} },
  'fields and a key': {
    User: { key: 'id', fields: { id: 'Integer' } },
    Doc: { fields: { owner: 'User', author: 'User', owners: ['User'] } },
  },
  classes: { User, Doc },
  'classes with fields': {
    User,
    Doc: { class: Doc, fields: { owner: 'User', author: 'User', owners: ['User'] } },
  },
} as const;

const failing = new Error('no such row');
/** Creates a plain object with `then`, which calls its handlers at once. Nothing reports its rejection. */
const thenable = (
  settle: (use?: (value: unknown) => void, fail?: (error: unknown) => void) => void,
): object => ({
  // oxlint-disable-next-line unicorn/no-thenable -- the test is about `then`
  then: settle,
});
const promises: Record<string, () => unknown> = {
  'a rejected promise': () => {
    const promise = Promise.reject(failing);
    promise.catch(() => {});
    return promise;
  },
  'a rejected promise that is a plain object': () => thenable((_, fail) => fail?.(failing)),
  'a rejected promise with a key': () =>
    Object.assign(
      thenable((_, fail) => fail?.(failing)),
      { id: 1 },
    ),
  'a rejected promise that is an instance': () =>
    Object.assign(
      new User(),
      thenable((_, fail) => fail?.(failing)),
    ),
  'a promise of NaN': () => Promise.resolve(Number.NaN),
  'a promise of a row': () => Promise.resolve(typed('User', { id: 1 })),
};

const outcomeOf = async (run: () => unknown): Promise<unknown> => {
  try {
    return await run();
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return `${error.code} at ${error.line}`;
  }
};

it.each(
  Object.keys(declarations).flatMap((declared) =>
    Object.keys(promises).map((what) => [what, declared] as const),
  ),
)('%s is awaited before it is compared with itself, where types declare %s', async (what, declared) => {
  const types = declarations[declared as keyof typeof declarations];
  const shared = promises[what]!();
  const options = { policies: rules, types, onWarning: () => {} };
  const authorizers: [string, Pick<Authorizer, 'can' | 'canSync'>][] = [];
  for (const engine of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    authorizers.push([engine, await Authorizer.load({ ...options, engine })]);
  }
  authorizers.push(['module', await precompile(options)]);
  const create = (fields: object): object =>
    declared.startsWith('classes') ? new Doc(fields) : typed('Doc', { ...fields });
  const user = declared.startsWith('classes') ? new User() : typed('User', { id: 1 });
  const doc = create({ owner: shared, author: shared, owners: [shared] });
  const expected: Record<string, unknown> = {};
  for (const [engine, authorizer] of authorizers) {
    for (const action of actions) {
      const asked = [engine, action];
      for (const _ of [1, 2]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const found = await outcomeOf(() => authorizer.can(user, action, doc));
        expected[action] ??= found;
        expect([...asked, found]).toEqual([...asked, expected[action]]);
        // oxlint-disable-next-line no-await-in-loop -- as above
        const sync = await outcomeOf(() => authorizer.canSync(user, action, doc));
        expect([...asked, sync]).toEqual([...asked, expect.stringMatching('^POLAR_RUN_PROMISE_IN_SYNC')]);
      }
    }
  }
  // The machine is the first engine.
  const undecided = expect.stringMatching('^POLAR_UNDECIDED_RELATION') as unknown;
  const rejected = expect.stringMatching('^POLAR_RUN_HOST_ERROR') as unknown;
  const known: Record<string, unknown> = what.startsWith('a rejected promise')
    ? Object.fromEntries(actions.map((action) => [action, rejected]))
    : what === 'a promise of NaN'
      ? declared.includes('fields')
        ? { '=': undecided, 'not =': undecided }
        : { '=': false, 'not =': true }
      : { '=': true, 'not =': false };
  expect(expected).toMatchObject(known);
});
