import { describe, expect, it } from 'vitest';
import { Authorizer, type Limits } from '../index.js';

const load = (policies: string, limits: Partial<Limits> = {}) =>
  Authorizer.load({ policies, limits: { timeoutMs: 60_000, ...limits }, onWarning: () => {} });

async function firstOf(
  policy: string,
  query: string,
  bindings: Record<string, unknown> = {},
  limits: Partial<Limits> = {},
) {
  const authorizer = await load(policy, limits);
  const answers = authorizer.policy.query(query, { bindings });
  const first = await answers.next();
  await answers.return();
  return first;
}

const endless: [string, string, string][] = [
  ['a rule with a cut that calls itself', 'f(x) if f(x) and cut;', 'f(1)'],
  ['a list that grows inwards', 'f(x) if f([x]);', 'f(1)'],
  ['a list that grows at the front', 'f(x) if f([1, *x]);', 'f([])'],
  ['a dictionary that grows inwards', 'f(x) if f({a: x});', 'f(1)'],
  ['an unbound list that grows', 'f([x, *xs]) if f(xs) and x = 1;', 'f(l)'],
  ['choices without end', 'n(0); n(x) if n(y) and x = y + 1;', 'n(x) and x = -1'],
  [
    'a product of choices',
    'd(x) if x in [0,1,2,3,4,5,6,7,8,9];',
    'd(a) and d(b) and d(c) and d(e) and d(f) and d(g) and d(h) and 1 = 2',
  ],
];

const circular: [string, string, string, boolean][] = [
  ['a rule that calls itself', 'f(x) if f(x);', 'f(1)', false],
  ['the same with a variable', 'f(x) if f(x);', 'f(x)', false],
  ['left recursion', 'f(x) if f(x) and x = 1;', 'f(1)', false],
  ['left recursion with a variable', 'f(x) if f(x) and x = 1;', 'f(x)', false],
  ['left recursion before another rule', 'f(x) if f(x) and x = 1; f(x) if x = 2;', 'f(x)', true],
  ['mutual recursion', 'f(x) if g(x); g(x) if f(x);', 'f(1)', false],
  ['the negation of a rule that calls itself', 'f(x) if not g(x); g(x) if g(x);', 'f(1)', true],
  ['recursion under forall', 'f(x) if forall(y in [x], f(y));', 'f(1)', false],
];

describe('a policy whose rules call themselves with the same arguments', () => {
  it.each(circular)('ends: %s', async (_what, policy, query, isAnswered) => {
    const { done } = await firstOf(policy, query);
    expect(done).toBe(!isAnswered);
  });
});

describe('an endless policy', () => {
  it.each(endless)('%s ends in a PolarError', async (_what, policy, query) => {
    await expect(firstOf(policy, query, {}, { timeoutMs: 2_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^POLAR_RUN_(STEP_LIMIT|DEPTH_LIMIT|TIMEOUT)$/) as string,
      name: 'PolarError',
    });
  });

  it('reports the place where a limit was exceeded', async () => {
    await expect(firstOf('f(x) if\n  f([x]);', 'f(1)', {}, { maxDepth: 50 })).rejects.toMatchObject({
      code: 'POLAR_RUN_DEPTH_LIMIT',
      data: { limit: 50 },
      line: 2,
      column: 3,
    });
  });

  it('throws instead of answering can()', async () => {
    const authorizer = await load(
      'allow(a, b, c) if not again(a, b, c); again(a, b, c) if again([a], b, c);',
      {
        maxDepth: 1_000,
      },
    );
    await expect(authorizer.can(1, 'a', 3)).rejects.toMatchObject({ code: 'POLAR_RUN_DEPTH_LIMIT' });
    expect(() => authorizer.canSync(1, 'a', 3)).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_DEPTH_LIMIT' }),
    );
  });
});

it('stops loading when the inline queries of a policy together exceed the time limit', async () => {
  class Clock2 {
    static wait() {
      const end = performance.now() + 30;
      while (performance.now() < end);
      return true;
    }
  }
  const policies = `allow(1, 1, 1); ${'?= Clock2.wait();\n'.repeat(20)}`;
  const loading = Authorizer.load({
    policies,
    types: { Clock2 },
    limits: { timeoutMs: 100 },
    onWarning: () => {},
  });
  await expect(loading).rejects.toMatchObject({ code: 'POLAR_RUN_TIMEOUT' });
});

describe('deep data', () => {
  it('walks a list of 90,000 elements by recursion', async () => {
    const list = Array.from({ length: 90_000 }, (_, i) => i);
    const policy = 'member(x, [x, *_]); member(x, [_, *rest]) if member(x, rest);';
    expect((await firstOf(policy, 'member(89999, list)', { list })).done).toBe(false);
  });

  it('throws POLAR_RUN_DEPTH_LIMIT for a recursion over 200,000 elements', async () => {
    const list = Array.from({ length: 200_000 }, (_, i) => i);
    const policy = 'length([], 0); length([_, *rest], n) if length(rest, m) and n = m + 1;';
    await expect(firstOf(policy, 'length(list, n)', { list })).rejects.toMatchObject({
      code: 'POLAR_RUN_DEPTH_LIMIT',
    });
  });

  it('compares lists nested 100,000 deep without the JavaScript stack', async () => {
    const nest = () => {
      let value: unknown = 1;
      for (let i = 0; i < 100_000; i++) value = [value];
      return value;
    };
    expect((await firstOf('f(x, x);', 'f(a, b)', { a: nest(), b: nest() })).done).toBe(false);
  });

  it('compares cyclic data with itself at once, and with other cyclic data up to the step limit', async () => {
    const cycle = () => {
      const value: { self?: unknown; list: unknown[] } = { list: [] };
      value.self = value;
      value.list.push(value);
      return value;
    };
    const a = cycle();
    expect((await firstOf('f(x, x);', 'f(a, b)', { a, b: a })).done).toBe(false);
    await expect(firstOf('f(x, x);', 'f(a, b)', { a, b: cycle() })).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
    expect((await firstOf('f(x) if x.self.self.list.length = 1;', 'f(a)', { a })).done).toBe(false);
  });
});

describe.each(['machine', 'closures', 'source'] as const)('long texts on engine %s', (engine) => {
  const text = 'a'.repeat(2 ** 20);

  it.each([
    ['the length', 't.a.length > 0'],
    ['the order', 't.a <= t.b'],
  ])('%s takes steps in proportion to the text', async (_what, condition) => {
    const authorizer = await Authorizer.load({
      policies: `allow(_, _, t) if ${condition};`,
      limits: { maxSteps: 1_000 },
      engine,
    });
    await expect(authorizer.can(1, 'read', { a: text, b: text })).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
    expect(await authorizer.can(1, 'read', { a: 'a', b: text })).toBe(true);
  });
});

describe('iterators of the application', () => {
  function endlessIterable() {
    const state = { closed: false };
    return {
      state,
      *[Symbol.iterator]() {
        try {
          for (let i = 0; ; i++) yield i;
        } finally {
          state.closed = true;
        }
      },
    };
  }

  it('reads an infinite iterator lazily, and closes it when the query ends', async () => {
    const numbers = endlessIterable();
    expect((await firstOf('f(x) if x = x;', 'f(n) and 5 in n', { n: numbers })).done).toBe(false);
    expect(numbers.state.closed).toBe(true);
  });

  it('throws and closes an infinite iterator in which no element matches', async () => {
    const numbers = endlessIterable();
    await expect(
      firstOf('f(x) if x = x;', '-1 in n', { n: numbers }, { maxSteps: 10_000 }),
    ).rejects.toMatchObject({ code: 'POLAR_RUN_STEP_LIMIT' });
  });

  it('returns the same elements of an iterator to every goal of a query', async () => {
    const members = function* () {
      yield 'banned';
      yield 'member';
    };
    const later = async function* () {
      yield* members();
      await Promise.resolve();
    };
    const authorizer = await load('allow(_, _, r) if "member" in r.all and not ("banned" in r.all);');
    expect(await authorizer.can(1, 'read', { all: members() })).toBe(false);
    expect(await authorizer.can(1, 'read', { all: later() })).toBe(false);
  });

  it('reads an infinite asynchronous iterator lazily', async () => {
    const numbers = {
      async *[Symbol.asyncIterator]() {
        for (let i = 0; ; i++) yield i;
      },
    };
    expect((await firstOf('f(x) if x = x;', '3 in n', { n: numbers })).done).toBe(false);
    await expect(
      firstOf('f(x) if x = x;', '-1 in n', { n: numbers }, { maxSteps: 5_000 }),
    ).rejects.toMatchObject({ code: 'POLAR_RUN_STEP_LIMIT' });
  });
});

describe('time', () => {
  it('throws POLAR_RUN_TIMEOUT when a promise never settles', async () => {
    await expect(
      firstOf('f(x) if x = x;', 'p = 1', { p: new Promise(() => {}) }, { timeoutMs: 30 }),
    ).rejects.toMatchObject({
      code: 'POLAR_RUN_TIMEOUT',
      data: { limitMs: 30 },
    });
  });

  it('ends a query that waits, and one that computes, by an abort signal', async () => {
    const authorizer = await load(
      'allow(_, _, p) if p = 1; allow(_, "loop", _) if loop(1); loop(x) if loop(x) or loop(x);',
    );
    const controller = new AbortController();
    const waiting = authorizer.policy
      .query('p = 1', { bindings: { p: new Promise(() => {}) }, signal: controller.signal })
      .next();
    setTimeout(() => controller.abort(new Error('client went away')), 5);
    await expect(waiting).rejects.toMatchObject({
      code: 'POLAR_RUN_ABORTED',
      cause: { message: 'client went away' },
    });
    const { signal } = controller;
    await expect(authorizer.can(1, 'loop', 2, { signal })).rejects.toMatchObject({
      code: 'POLAR_RUN_ABORTED',
    });
  });

  it('refuses a query of one step when its signal is already aborted', async () => {
    const authorizer = await load('allow(1, "a", 3);');
    await expect(authorizer.can(1, 'a', 3, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'POLAR_RUN_ABORTED',
    });
  });

  it('checks the limits in the options', async () => {
    await expect(load('', { maxSteps: 0 })).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
      data: { option: 'limits.maxSteps' },
    });
    await expect(load('', { steps: 1 } as Partial<Limits>)).rejects.toMatchObject({
      data: { option: 'limits.steps' },
    });
  });
});

describe('promises', () => {
  it('throws POLAR_RUN_PROMISE_IN_SYNC when a synchronous query meets a promise', async () => {
    class Repo {
      isPublic(): Promise<boolean> {
        return Promise.resolve(false);
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(_, _, r: Repo) if not r.isPublic();',
      types: { Repo },
      onWarning: () => {},
    });
    expect(() => authorizer.canSync(1, 'read', new Repo())).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_PROMISE_IN_SYNC' }),
    );
    expect(await authorizer.can(1, 'read', new Repo())).toBe(true);
  });

  it('calls no method twice in one query', async () => {
    let calls = 0;
    class Repo {
      async owner(): Promise<number> {
        calls++;
        await Promise.resolve();
        return 7;
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'allow(_, _, r: Repo) if x = r.owner() and x > 5 and x < 9;',
      types: { Repo },
      onWarning: () => {},
    });
    expect(await authorizer.can(1, 'read', new Repo())).toBe(true);
    expect(calls).toBe(1);
  });
});
