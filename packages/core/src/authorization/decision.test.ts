import { describe, expect, it } from 'vitest';
import { Authorizer, typed, type CheckContext, type Decision, type TypesInput } from '../index.js';

const engines = ['machine', 'source', 'closures'] as const;

class User {
  constructor(readonly id: number) {}
}
class Membership {
  constructor(
    readonly userId: number,
    readonly team: string,
  ) {}
}
class Model {
  get id(): string {
    return 'from a getter';
  }
}
class Broken {
  get id(): never {
    throw new Error('no connection');
  }
}
const types: TypesInput = {
  User,
  Note: {},
  Page: { key: 'slug' },
  Membership: { class: Membership, key: ['userId', 'team'] },
};

async function decisionsOf(
  policies: string,
  check: (authorizer: Authorizer) => unknown,
): Promise<(readonly [engine: string, decision: Decision])[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const decisions: Decision[] = [];
      const authorizer = await Authorizer.load({
        policies,
        types,
        engine,
        denialWarnings: false,
        onDecision: (decision) => decisions.push(decision),
      });
      await Promise.resolve(check(authorizer)).catch(() => {});
      return [engine, decisions[0]!] as const;
    }),
  );
}

const open = 'allow(_, "read", _);';

describe('a decision', () => {
  it('names the engine that decided, which is the machine after a bailout', async () => {
    for (const [engine, decision] of await decisionsOf(open, (a) => a.can(1, 'read', 2)))
      expect(decision.engine).toBe(engine);
    for (const [, decision] of await decisionsOf('allow(_, _, x) if x.y = 1;', (a) => a.can(1, 'read', {})))
      expect(decision).toMatchObject({ engine: 'machine', outcome: 'undecided' });
  });

  it('contains the context of the check, for each kind of check', async () => {
    const context: CheckContext = { requestId: 'r1', traceId: '1'.repeat(32), tenant: 'acme' };
    const policy = `${open} allow_field(_, "read", _, "name"); allow_request(_, _);`;
    const checks: ((authorizer: Authorizer) => unknown)[] = [
      (a) => a.can(1, 'read', 2, { context }),
      (a) => a.canSync(1, 'read', 2, { context }),
      (a) => a.can(1, 'write', 2, { context }),
      (a) => a.authorize(1, 'read', 2, { context }),
      (a) => a.authorizeField(1, 'read', 2, 'name', { context }),
      (a) => a.authorizeRequest(1, {}, { context }),
      (a) => a.canAll(1, 'read', [2], { context }),
      (a) => a.as(1).can('read', 2, { context, limits: { maxDepth: 50 } }),
      (a) => a.can(1, 'read', Promise.resolve(2), { context }),
    ];
    for (const check of checks)
      // oxlint-disable-next-line no-await-in-loop -- one check after the other
      for (const [, decision] of await decisionsOf(policy, check)) expect(decision.context).toBe(context);
  });

  it('refuses a context that is not an object', async () => {
    const authorizer = await Authorizer.load({ policies: open });
    const check = authorizer.can(1, 'read', 2, { context: 'r1' as CheckContext });
    await expect(check).rejects.toThrow("an object, such as { requestId: '7f3a' }");
  });

  it.each<[string, unknown, unknown]>([
    ['an instance', new User(7), { type: 'User', id: '7' }],
    ['a row with a type', typed('Note', { id: 'n1', title: 'secret' }), { type: 'Note', id: 'n1' }],
    ['a row with a declared key', typed('Page', { id: 1, slug: 'home' }), { type: 'Page', id: 'home' }],
    ['a key of two attributes', new Membership(7, 'ops'), { type: 'Membership', id: '["7","ops"]' }],
    ['a row without a type', { id: 3 }, { type: undefined, id: '3' }],
    [
      'a key that is an object of a library',
      { id: { toString: () => 'a1b2' } },
      { type: undefined, id: 'a1b2' },
    ],
    ['a getter of an undeclared class', new Model(), { type: 'Model', id: 'from a getter' }],
    ['a getter that throws', new Broken(), { type: 'Broken', id: undefined }],
    ['a key of bytes', { id: Buffer.from([255, 1]) }, { type: undefined, id: 'ff01' }],
    ['a key of other bytes', { id: new Uint8Array([254, 1]) }, { type: undefined, id: 'fe01' }],
    [
      'an instance with the data of a client',
      Object.assign(new Model(), { constructor: { name: 'Admin' } }),
      { type: 'Model', id: 'from a getter' },
    ],
    ['an object without a key', typed('Note', { id: {} }), { type: 'Note', id: undefined }],
    ['a class, as the resource of a create', User, { type: 'User', id: undefined }],
    ['a text', 'ann', { type: undefined, id: 'ann' }],
    ['a number', 0, { type: undefined, id: '0' }],
    ['null', null, undefined],
  ])('identifies %s by its type and key', async (_name, value, identity) => {
    for (const [, decision] of await decisionsOf(open, (a) => a.can(value, 'read', value))) {
      expect(decision.actorIdentity).toEqual(identity);
      expect(decision.resourceIdentity).toEqual(identity);
    }
  });

  it('identifies the resource of a create by its type', async () => {
    for (const [, decision] of await decisionsOf(open, (a) => a.can(1, 'read', a.type('Note'))))
      expect(decision.resourceIdentity).toEqual({ type: 'Note', id: undefined });
  });

  it('identifies a proxy that throws without an error', async () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('closed');
        },
        getPrototypeOf: () => {
          throw new Error('closed');
        },
      },
    );
    for (const [, decision] of await decisionsOf(open, (a) => a.can(hostile, 'read', 1)))
      expect(decision.actorIdentity).toEqual({ type: undefined, id: undefined });
  });

  it('has the reason of a denial that a refusal has, without data of the resource', async () => {
    const note = typed('Note', { id: 1, title: 'secret' });
    const reasonOf = async (check: (authorizer: Authorizer) => unknown) => {
      const all = await decisionsOf(
        'allow(1, 2, 3); allow_field(_, "x", _, "y"); allow_request(1, 2);',
        check,
      );
      return new Set(all.map(([, { reason }]) => reason));
    };
    expect(await reasonOf((a) => a.can(1, 'read', note))).toEqual(
      new Set(['no rule for "read" on Note matched']),
    );
    expect(await reasonOf((a) => a.authorizeField(1, 'read', note, 'title'))).toEqual(
      new Set(['no rule of allow_field for "read" on "title" of Note matched']),
    );
    expect(await reasonOf((a) => a.authorizeRequest(1, {}))).toEqual(
      new Set(['no rule of allow_request matched']),
    );
  });

  it('has the reason of a denial of a field that is not a text, without its data', async () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const field of [1n, cycle, { password: 'secret' }] as unknown[])
      // oxlint-disable-next-line no-await-in-loop -- one check after the other
      for (const [, { reason }] of await decisionsOf('allow_field(_, "x", _, "y");', (a) =>
        a.authorizeField(1, 'read', 2, field as string),
      ))
        expect(reason).toBe('no rule of allow_field for "read" on the field matched');
  });

  it('has no reason when it is allowed', async () => {
    for (const [, decision] of await decisionsOf(open, (a) => a.can(1, 'read', 2)))
      expect(decision).toMatchObject({ reason: undefined, errorCode: undefined });
  });

  it('has the code and one line of the error of an undecided or failed check', async () => {
    const undecided = await decisionsOf('allow(_, _, x) if x.y = 1;', (a) => a.can(1, 'read', {}));
    const failed = await decisionsOf('allow(_, _, x) if x.y() = 1;', (a) =>
      a.can(
        1,
        'read',
        new (class Thing {
          y(): never {
            throw new Error('first line\nsecond line');
          }
        })(),
      ),
    );
    for (const [, decision] of [...undecided, ...failed]) {
      const error = decision.error as Error & { code: string };
      expect(decision.errorCode).toBe(error.code);
      expect(decision.errorCode).toMatch(/^POLAR_/);
      expect(decision.reason).toBe(error.message.split('\n')[0]);
    }
  });
});
