import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compilePolicy } from './compile.js';
import { Authorizer, isPolarError, type Limits, type CheckOptions } from '../index.js';
import { CompiledAuthorizer, type PolicyModule } from './compiled.js';

// Each limit is the same on all engines.

let time = 0;

/** Takes longer than the time limit. */
function work(): void {
  time += 10_000;
}

class User {
  constructor(readonly name = 'ann') {}
}
class Item {
  readonly id = 1;
  constructor(readonly onCall: () => void = () => {}) {}
  check() {
    this.onCall();
    return true;
  }
  get slow() {
    this.onCall();
    return 'yes';
  }
  get list() {
    const { onCall } = this;
    return {
      *[Symbol.iterator]() {
        onCall();
        yield 'yes';
      },
    };
  }
  get never() {
    return new Promise(() => {});
  }
}
/** A value whose order `valueOf` determines. */
class Amount {
  constructor(readonly item: Item) {}
  valueOf() {
    this.item.onCall();
    return 7;
  }
}
class Box {
  constructor(readonly amount: Amount) {}
}
const types = { User, Item, Amount, Box };

const policies = `
  allow(_: User, "method", item: Item) if item.check();
  allow(_: User, "static", item: Item) if Tools.check(item);
  allow(_: User, "getter", item: Item) if item.slow = "yes";
  allow(_: User, "getter of a pattern", item: Item) if item matches {slow: "yes"};
  allow(_: User, "denied by a getter", item: Item) if not item.slow = "yes";
  allow(_: User, "iterator", item: Item) if "yes" in item.list;
  allow(_: User, "order", box: Box) if box.amount > 3;
  allow(_: User, "never", item: Item) if item.never = 1;
  allow(_: User, "both", item: Item) if item.check() and item.id = 1;
  allow(_: User, "long", item: Item) if item.check() and twice(item, "abcdefgh", 40);
  allow(_: User, "parts", item: Item) if item.id = 1 and many("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 200);
  allow(_: User, "repeated", item: Item) if again(item, 100);
  again(_: Item, 0);
  again(item: Item, n) if n > 0 and item.check() and again(item, n - 1);
  twice(item: Item, text, n) if n > 0 and twice(item, text.concat(text), n - 1);
  many(text, n) if n > 0 and text.split("").length = 50 and many(text, n - 1);
`;
const constants = {
  Tools: {
    check(item: Item) {
      return item.check();
    },
  },
};

interface Engine {
  can: CompiledAuthorizer['can'];
  canSync: CompiledAuthorizer['canSync'];
}

const engines: Readonly<Record<string, (limits: Partial<Limits>) => Promise<Engine>>> = {
  machine: (limits) => Authorizer.load({ policies, types, constants, limits, engine: 'machine' }),
  source: (limits) => Authorizer.load({ policies, types, constants, limits, engine: 'source' }),
  closures: (limits) => Authorizer.load({ policies, types, constants, limits, engine: 'closures' }),
  'ahead-of-time code': async (limits) => {
    const text = await compilePolicy({ policies, types, constants, format: 'cjs' });
    const module = { exports: undefined as unknown as PolicyModule };
    // oxlint-disable-next-line typescript/no-implied-eval -- the test is about the text
    (new Function('module', text) as (target: object) => void)(module);
    return CompiledAuthorizer.load(module.exports, { types, constants, limits });
  },
};

const codeOf = async (ask: () => unknown): Promise<unknown> => {
  try {
    return await ask();
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
};

const resourceFor = (action: string, onCall: () => void): object => {
  const item = new Item(onCall);
  return action === 'order' ? new Box(new Amount(item)) : item;
};

const slowActions = [
  'method',
  'static',
  'getter',
  'getter of a pattern',
  'denied by a getter',
  'iterator',
  'order',
];

describe.each(Object.entries(engines))('%s', (_engine, load) => {
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => time);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(slowActions)('never answers when code of the application took too long: %s', async (action) => {
    const authorizer = await load({});
    const ask = (onCall: () => void) =>
      codeOf(() => authorizer.canSync(new User(), action, resourceFor(action, onCall)));
    expect(await ask(work)).toBe('POLAR_RUN_TIMEOUT');
    expect(await ask(() => {})).toBe(action !== 'denied by a getter');
    expect(await ask(work)).toBe('POLAR_RUN_TIMEOUT');
  });

  it.each(slowActions)(
    'notices a slow action within nine calls, after thousands of fast queries: %s',
    async (action) => {
      const authorizer = await load({});
      const ask = (onCall: () => void) =>
        codeOf(() => authorizer.canSync(new User(), action, resourceFor(action, onCall)));
      for (let i = 0; i < 3_000; i++) expect(await ask(() => {})).toBe(action !== 'denied by a getter');
      for (let i = 0; i < 9; i++) await ask(work);
      for (let i = 0; i < 9; i++) expect(await ask(work)).toBe('POLAR_RUN_TIMEOUT');
    },
  );

  it('ends a query at its first slow call, or within nine calls if the queries before were fast', async () => {
    const authorizer = await load({});
    let calls = 0;
    const ask = (action: string, onCall: () => void) =>
      codeOf(() => authorizer.canSync(new User(), action, new Item(onCall)));
    const workAndCount = () => {
      calls++;
      work();
    };
    expect(await ask('repeated', workAndCount)).toBe('POLAR_RUN_TIMEOUT');
    expect(calls).toBe(1);
    for (let i = 0; i < 3_000; i++) await ask('method', () => {});
    calls = 0;
    expect(await ask('repeated', workAndCount)).toBe('POLAR_RUN_TIMEOUT');
    expect(calls).toBeLessThan(10);
    calls = 0;
    expect(await ask('repeated', workAndCount)).toBe('POLAR_RUN_TIMEOUT');
    expect(calls).toBe(1);
  });

  it('checks the time at the end of a query that called code after the last check', async () => {
    const authorizer = await load({});
    const ask = (action: string, onCall: () => void) =>
      codeOf(() => authorizer.canSync(new User(), action, new Item(onCall)));
    for (let i = 0; i < 3_000; i++) await ask('method', () => {});
    // The last of 100 calls is slow. The time was checked at one of the calls before it.
    let calls = 0;
    expect(await ask('repeated', () => void (++calls === 100 && work()))).toBe('POLAR_RUN_TIMEOUT');
  });

  it('ends an aborted query after the call, even after thousands of fast queries', async () => {
    const authorizer = await load({});
    const controller = new AbortController();
    for (let i = 0; i < 3_000; i++) authorizer.canSync(new User(), 'method', new Item());
    let calls = 0;
    const item = new Item(() => void (++calls === 2 && controller.abort()));
    const { signal } = controller;
    expect(await codeOf(() => authorizer.can(new User(), 'repeated', item, { signal }))).toBe(
      'POLAR_RUN_ABORTED',
    );
    expect(calls).toBe(2);
  });

  it('uses the limits of a query instead of those of the authorizer', async () => {
    const authorizer = await load({ timeoutMs: 1_000_000 });
    const settings = { limits: { timeoutMs: 7_000 } };
    const ask = (onCall: () => void) =>
      codeOf(() => authorizer.can(new User(), 'method', new Item(onCall), settings));
    expect(await ask(() => {})).toBe(true);
    expect(await ask(work)).toBe('POLAR_RUN_TIMEOUT');
  });

  it.each(slowActions)(
    'never answers when code of the application has aborted the query: %s',
    async (action) => {
      const authorizer = await load({});
      const controller = new AbortController();
      const settings: CheckOptions = { signal: controller.signal };
      const resource = resourceFor(action, () => controller.abort());
      expect(await codeOf(() => authorizer.can(new User(), action, resource, settings))).toBe(
        'POLAR_RUN_ABORTED',
      );
      expect(await codeOf(() => authorizer.canSync(new User(), action, resource, settings))).toBe(
        'POLAR_RUN_ABORTED',
      );
    },
  );

  it('ends a query that waits for a promise which never settles', async () => {
    vi.restoreAllMocks();
    const authorizer = await load({ timeoutMs: 20 });
    // The first check finds out that there are promises.
    for (let i = 0; i < 3; i++)
      expect(await codeOf(() => authorizer.can(new User(), 'never', new Item()))).toBe('POLAR_RUN_TIMEOUT');
  });

  it('limits the size of what the policy builds', async () => {
    const authorizer = await load({ maxSize: 10_000 });
    expect(await codeOf(() => authorizer.canSync(new User(), 'long', new Item()))).toBe(
      'POLAR_RUN_SIZE_LIMIT',
    );
    expect(await codeOf(() => authorizer.can(new User(), 'parts', new Item()))).toBe('POLAR_RUN_SIZE_LIMIT');
  });
});

it('reads the clock once for eight fast calls, and never for queries without calls', async () => {
  const authorizer = await engines['source']!({});
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
  const readsOf = (ask: () => void, times: number): number => {
    for (let i = 0; i < 3_000; i++) ask();
    clock.mockClear();
    for (let i = 0; i < times; i++) ask();
    return clock.mock.calls.length;
  };
  const resource = { id: 1 };
  const plain = await Authorizer.load({ policies: 'allow(_, "read", x) if x.id = 1;' });
  expect(readsOf(() => authorizer.canSync(new User(), 'method', new Item()), 800)).toBe(100);
  expect(readsOf(() => plain.canSync(1, 'read', resource), 800)).toBe(0);
  vi.restoreAllMocks();
});
