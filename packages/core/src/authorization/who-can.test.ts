import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../index.js';

class User {
  constructor(
    readonly id: number,
    readonly age?: number,
  ) {}
}
class Note {
  constructor(
    readonly ownerId: number,
    readonly minimum?: number,
  ) {}
}

const policies = `
  allow(user: User, "edit", note: Note) if note.ownerId = user.id;
  allow(user: User, "read", note: Note) if note.ownerId = user.id;
  allow(user: User, "read", note: Note) if user.age >= note.minimum;
  allow(_: User, "create", Note);
  allow_field(user: User, "read", note: Note, "text") if note.ownerId = user.id;`;
const load = (options = {}) =>
  Authorizer.load({ policies, types: { User, Note }, onWarning: () => {}, ...options });

const [ann, bob, cyd, dan] = [new User(1, 17), new User(2, 30), new User(3), new User(4, 10)];
const everyone = [ann, bob, cyd, dan];
const note = new Note(1, 18);

describe('whoCan()', () => {
  it('returns the allowed actors in their order, and the undecided ones with the reason', async () => {
    const found = await (await load()).whoCan('read', note, everyone);
    expect([found.allowed, found.checked]).toEqual([[ann, bob], 4]);
    expect(found.undecided).toMatchObject([
      { actor: cyd, error: { code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' } },
    ]);
  });

  it.each(['auto', 'closures', 'machine'] as const)(
    'agrees with a check on the engine %s',
    async (engine) => {
      const authorizer = await load({ engine, undecided: 'deny' });
      for (const action of ['read', 'edit', 'reads'])
        expect((await authorizer.whoCan(action, note, everyone)).allowed).toEqual(
          everyone.filter((_, i) => authorizer.canSync(everyone[i], action, note)),
        );
    },
  );

  it('takes promises, sets, generators and asynchronous iterables of actors', async () => {
    const authorizer = await load();
    async function* rows() {
      for (const user of everyone) yield await Promise.resolve(user);
    }
    const promises = everyone.map((user) => Promise.resolve(user)) as Iterable<unknown>;
    for (const actors of [promises, new Set(everyone), everyone.values(), rows()])
      expect((await authorizer.whoCan('edit', Promise.resolve(note), actors)).allowed).toEqual([ann]);
  });

  it('checks the rules of a field', async () => {
    const authorizer = await load();
    expect((await authorizer.whoCan('read', note, everyone, { field: 'text' })).allowed).toEqual([ann]);
    expect((await authorizer.whoCan('read', note, everyone, { field: 'title' })).allowed).toEqual([]);
  });

  it('runs no more checks at the same time than the option says, and keeps the order', async () => {
    let running = 0;
    let most = 0;
    class Slow {
      constructor(readonly id: number) {}
      async isOdd() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5 - (this.id % 5)));
        running--;
        return this.id % 2 === 1;
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(user: Slow, "read", _) if user.isOdd();',
      types: { Slow },
    });
    const actors = Array.from({ length: 20 }, (_, i) => new Slow(i));
    const { allowed } = await authorizer.whoCan('read', 1, actors, { concurrency: 3 });
    expect([most, allowed.map(({ id }) => id)]).toEqual([3, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19]]);
  });

  it('gives no decision to onDecision', async () => {
    const decisions: unknown[] = [];
    const authorizer = await load({ onDecision: (decision: unknown) => decisions.push(decision) });
    await authorizer.whoCan('read', note, everyone);
    await authorizer.whatCan(ann, note);
    expect(decisions).toEqual([]);
  });

  it('warns about a misspelled action when nobody may perform it', async () => {
    const warnings: string[] = [];
    const authorizer = await load({
      onWarning: ({ message }: { message: string }) => warnings.push(message),
    });
    await authorizer.whoCan('reads', note, everyone);
    expect(warnings).toEqual([expect.stringContaining('did you mean "read"?')]);
  });

  it('stops at the first error, and closes the iterable', async () => {
    let given = 0;
    let isClosed = false;
    class Broken {
      get age(): never {
        throw new Error('no database');
      }
      readonly id = 0;
    }
    function* actors() {
      try {
        for (;;) {
          given++;
          yield new Broken();
        }
      } finally {
        isClosed = true;
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(user: Broken, "read", _) if user.age > 3;',
      types: { Broken },
    });
    await expect(authorizer.whoCan('read', 1, actors(), { concurrency: 4 })).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
    });
    expect([given < 10, isClosed]).toEqual([true, true]);
  });

  it('rejects with the error of the iterable, also when later actors are rejected', async () => {
    const error = new Error('no table');
    const actors = [Promise.resolve(ann), Promise.reject(error), Promise.reject(new Error('later'))];
    await expect((await load()).whoCan('read', note, actors)).rejects.toBe(error);
  });

  it('ends when its signal is aborted, and lets other work run', async () => {
    function* endless() {
      for (;;) yield ann;
    }
    const authorizer = await load();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    await expect(
      authorizer.whoCan('read', note, endless(), { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'POLAR_RUN_ABORTED' });
  });

  it.each([
    [['read', note, ann], 'POLAR_TYPE_INVALID_ARGUMENT'],
    [['read', note, Promise.resolve(everyone)], 'POLAR_TYPE_INVALID_ARGUMENT'],
    [[3, note, everyone], 'POLAR_TYPE_INVALID_ARGUMENT'],
    [['read', note, everyone, { concurrency: 0 }], 'POLAR_TYPE_INVALID_OPTION'],
    [['read', note, everyone, { limit: 3 }], 'POLAR_TYPE_INVALID_OPTION'],
  ])('refuses the arguments of call %#', async (args, code) => {
    const authorizer = await load();
    await expect(authorizer.whoCan(...(args as [string, unknown, User[]]))).rejects.toMatchObject({ code });
  });
});

describe('whatCan()', () => {
  it('returns the allowed actions in alphabetical order, and the undecided ones with the reason', async () => {
    const authorizer = await load();
    expect(await authorizer.whatCan(ann, note)).toEqual({ allowed: ['edit', 'read'], undecided: [] });
    expect(await authorizer.whatCan(cyd, Promise.resolve(note))).toMatchObject({
      allowed: [],
      undecided: [{ action: 'read', error: { code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' } }],
    });
    expect(await authorizer.as(dan).whatCan(note)).toEqual({ allowed: [], undecided: [] });
  });

  it('returns the actions on a type, and on a resource without a type', async () => {
    const authorizer = await load();
    expect((await authorizer.whatCan(ann, Note)).allowed).toEqual(['create']);
    expect((await authorizer.whatCan(ann, {})).allowed).toEqual([]);
    const rows = await Authorizer.load({
      policies: 'allow(user: User, action, post: Post) if action in user.actions and post.size > 1;',
      types: { User: {}, Post: {} },
    });
    const found = await rows.whatCan(typed('User', { actions: ['b', 'a'] }), typed('Post', { size: 2 }));
    expect(found.allowed).toEqual(['a', 'b']);
  });

  it('returns a wildcard where the option allows it', async () => {
    const authorizer = await Authorizer.load({ policies: 'allow(_, _, _);' });
    await expect(authorizer.whatCan(1, 2)).rejects.toMatchObject({ code: 'POLAR_RUN_WILDCARD' });
    expect(await authorizer.whatCan(1, 2, { allowWildcard: true })).toEqual({
      allowed: ['*'],
      undecided: [],
    });
  });
});
