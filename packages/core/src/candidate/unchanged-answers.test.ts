import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Authorizer, isPolarError, type AuthorizerOptions, type Decision } from '../index.js';
import { loadCandidate } from './index.js';

class User {
  constructor(
    readonly id: number,
    readonly isAdmin: boolean,
  ) {}
}
class Note {
  constructor(
    readonly ownerId: number | null,
    readonly size: unknown,
  ) {}
  isOpen(): boolean {
    return this.ownerId === null;
  }
  isOpenLater(): Promise<boolean> {
    return Promise.resolve(this.isOpen());
  }
}
const types = { User: { class: User, key: 'id' }, Note };

/** Rules with every outcome: allowed, denied, undecided and an error; with and without promises. */
const inUse = `
  allow(user: User, "read", note: Note) if note.ownerId = user.id;
  allow(_: User, "read", note: Note) if note.isOpen();
  allow(_: User, "grow", note: Note) if note.size < 5;
  allow(_: User, "wait", note: Note) if note.isOpenLater();
  allow(user: User, "fail", _: Note) if user.isAdmin and Broken.check();
  allow_field(user: User, "read", _: Note, "size") if user.isAdmin;`;

const hostile = {
  'a policy that throws': 'allow(_, _, _) if Broken.check(); allow_field(_, _, _, _) if Broken.check();',
  'a policy that never ends':
    'allow(a, b, c) if allow(a, b, c); allow_field(a, b, c, d) if allow_field(a, b, c, d);',
  'a promise that never settles':
    'allow(_, _, _) if Broken.never(); allow_field(_, _, _, _) if Broken.never();',
  'a promise that rejects': 'allow(_, _, _) if Broken.reject(); allow_field(_, _, _, _) if Broken.reject();',
  'an undecided policy':
    'allow(u, _, _) if u.missing.field = 1; allow_field(u, _, _, _) if u.missing.field = 1;',
  'the opposite policy': `${inUse.replace('= user.id', '!= user.id').replace('< 5', '>= 5')}`,
  'a policy without the rules': 'f(1);',
} as const;

const constants = {
  Broken: {
    check() {
      throw new Error('broken');
    },
    never: () => new Promise<boolean>(() => {}),
    reject: () => Promise.reject(new Error('rejected')),
  },
};

const checks = fc.array(
  fc.record({
    user: fc.record({ id: fc.nat(2), isAdmin: fc.boolean() }).map(({ id, isAdmin }) => new User(id, isAdmin)),
    action: fc.constantFrom('read', 'grow', 'wait', 'fail', 'other'),
    note: fc
      .record({ owner: fc.option(fc.nat(2)), size: fc.constantFrom(1, 9, null, 'large') })
      .map(({ owner, size }) => new Note(owner, size)),
    call: fc.constantFrom('async', 'sync', 'authorize', 'field'),
  }),
  { minLength: 1, maxLength: 8 },
);
type Check = Parameters<Parameters<(typeof checks)['map']>[0]>[0][number];

async function answerOf(authorizer: Authorizer, { user, action, note, call }: Check): Promise<unknown> {
  try {
    if (call === 'sync') return authorizer.canSync(user, action, note);
    if (call === 'async') return await authorizer.can(user, action, note);
    if (call === 'field') return await authorizer.authorizeField(user, action, note, 'size');
    return (await authorizer.authorize(user, action, note)) === note;
  } catch (error) {
    return isPolarError(error) ? error.code : (error as { status: number }).status;
  }
}

const load = (options: Partial<AuthorizerOptions>) =>
  Authorizer.load({ policies: inUse, types, constants, denialWarnings: false, ...options });

describe.each(['source', 'closures', 'machine'] as const)('the answers of the engine %s', (engine) => {
  it.each(Object.entries(hostile))('are the same next to %s', async (_, policy) => {
    const seen: Decision[][] = [[], []];
    const [alone, beside] = await Promise.all(
      seen.map((decisions) => load({ engine, onDecision: (decision) => decisions.push(decision) })),
    );
    const candidate = await loadCandidate(beside!, policy, { limits: { timeoutMs: 5, maxSteps: 200 } });
    await fc.assert(
      fc.asyncProperty(checks, async (all) => {
        for (const check of all) {
          // oxlint-disable-next-line no-await-in-loop -- in the same order
          expect(await answerOf(beside!, check)).toEqual(await answerOf(alone!, check));
        }
      }),
      { numRuns: 20 },
    );
    await candidate.flush();
    const { same, different, skipped, dropped, changed } = candidate.counts;
    expect(same + different + skipped + dropped + changed).toBe(seen[1]!.length);
    expect(changed).toBe(0);
    const facts = seen.map((decisions) =>
      decisions.map(({ kind, outcome, policy: hash, rule }) => ({ kind, outcome, hash, rule })),
    );
    expect(facts[1]).toEqual(facts[0]);
  });
});
