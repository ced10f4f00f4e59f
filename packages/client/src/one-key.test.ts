import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { randomCases, randomSeed } from '../../../tools/test-scope.js';
import { permissionsClient } from './permissions-client.js';
import { PermissionsServer, settle } from './permissions-server.fixture.js';

/** A step of a history. Numbers choose one of the resources or of the open requests. */
type Step =
  | {
      readonly kind: 'watch' | 'unwatch' | 'load' | 'make' | 'deliver' | 'fail' | 'outage';
      readonly at: number;
    }
  | { readonly kind: 'refresh' | 'tick' | 'reload policy' | 'render' }
  | { readonly kind: 'sign in' | 'other tab signs in'; readonly user: string }
  | { readonly kind: 'sign out' | 'other tab signs out' };

const at = fc.nat({ max: 9 });
const user = fc.constantFrom('ann', 'bob', 'cyd');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('watch' as const, 'make' as const, 'deliver' as const),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('unwatch' as const, 'load' as const, 'fail' as const, 'outage' as const),
      at,
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'tick' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('refresh' as const, 'reload policy' as const, 'render' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('sign in' as const, 'other tab signs in' as const), user }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('sign out' as const, 'other tab signs out' as const) }),
  },
);
const resources = ['1', '2', '3'].map((id) => ({ type: 'Note', id }));
const names = ['Note:1', 'Note:2', 'Note:3'];

/** A server with one session for all tabs, and its page. The actions of an answer say for whom and when the server has made it. */
class World {
  readonly server = new PermissionsServer(true);
  readonly client = permissionsClient({ fetch: this.server.fetch, maxResources: 2 });
  readonly watching: { readonly at: number; readonly end: () => void }[] = [];
  user: string | undefined = 'ann';
  policy = 0;
  time = 0;
  /** The time of the last change of the user that the page has made itself. */
  changedAt = 0;
  /** All actions of answers that were delivered to the page. */
  readonly delivered = new Set<string>();
  readonly actions = new Set<string>();

  get key(): string {
    return `${this.user}/${this.policy}`;
  }

  actionOn(name: string): string {
    const action = `${this.key}/${this.time}/${name}`;
    this.actions.add(action);
    return action;
  }

  /** Lets the server decide a request now. Its response arrives later, in any order. */
  make(request: PermissionsServer['sent'][number] | undefined): void {
    if (request === undefined) return;
    if (this.user === undefined) request.made = new Response('', { status: 401 });
    else request.answer(this.key, (name) => [this.actionOn(name)]);
  }

  pick<T>(list: readonly T[], index: number): T | undefined {
    return list.length === 0 ? undefined : list[index % list.length];
  }

  async run(given: Step): Promise<void> {
    this.time++;
    const { client, server } = this;
    switch (given.kind) {
      case 'watch':
        this.watching.push({ at: given.at, end: client.watch([this.pick(resources, given.at)!]) });
        break;
      case 'unwatch':
        this.watching.splice(given.at % (this.watching.length || 1), 1)[0]?.end();
        break;
      case 'load':
        client.load([this.pick(resources, given.at)!]).catch(() => {});
        break;
      case 'make':
        this.make(
          this.pick(
            server.open.filter(({ made }) => made === undefined),
            given.at,
          ),
        );
        break;
      case 'deliver':
        this.pick(
          server.open.filter(({ made }) => made !== undefined),
          given.at,
        )?.deliver();
        break;
      case 'fail':
        this.pick(server.open, given.at)?.fail(new TypeError('Failed to fetch'));
        break;
      case 'outage':
        this.pick(server.open, given.at)?.deliver(new Response('', { status: 503 }));
        break;
      case 'refresh':
        client.refresh();
        break;
      case 'reload policy':
        this.policy++;
        break;
      case 'render':
        if (this.user !== undefined)
          client.receive({
            key: this.key,
            answers: [{ ...resources[0]!, actions: [this.actionOn('Note:1')] }],
          });
        break;
      case 'sign in':
      case 'sign out':
        this.user = 'user' in given ? given.user : undefined;
        this.changedAt = this.time;
        client.reset();
        break;
      case 'other tab signs in':
      case 'other tab signs out':
        this.user = 'user' in given ? given.user : undefined;
        break;
      case 'tick':
        break;
    }
    if (given.kind === 'tick' || given.kind === 'deliver') await settle();
  }

  /** Returns the actions that the page shows, on each resource. */
  shown(): readonly string[] {
    return [...this.actions].filter((action) => resources.some((on) => this.client.can(action, on)));
  }

  /** Answers everything in order, until the page asks no more. */
  async finish(): Promise<void> {
    this.client.refresh();
    for (let i = 0; i < 50; i++) {
      // oxlint-disable-next-line no-await-in-loop -- one round after the other
      await settle();
      // The pause after several changes of the key.
      if (this.server.open.length === 0) vi.runAllTimers();
      // oxlint-disable-next-line no-await-in-loop -- as above
      await settle();
      if (this.server.open.length === 0) break;
      for (const request of this.server.open) {
        this.make(request);
        request.deliver();
      }
    }
  }
}

/** Expects that all answers which the page shows are for one user, one policy and their own resource. */
function check(world: World): void {
  const parts = world.shown().map((action) => action.split('/'));
  // All answers are for one user and one policy.
  expect(new Set(parts.map(([who, policy]) => `${who}/${policy}`)).size).toBeLessThanOrEqual(1);
  // No answer was made before the page itself changed its user.
  for (const [, , time] of parts) expect(Number(time)).toBeGreaterThanOrEqual(world.changedAt);
  // An answer about one resource is never shown for another one.
  for (const [i, on] of resources.entries())
    expect(
      [...world.actions].filter((action) => world.client.can(action, on) && !action.endsWith(`/${names[i]}`)),
    ).toEqual([]);
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('never shows an answer for another user or policy, and in the end shows the answers of the server', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const world = new World();
      for (const each of steps) {
        // oxlint-disable-next-line no-await-in-loop -- a history has an order
        await world.run(each);
        check(world);
      }
      world.user ??= 'ann';
      world.time++;
      const finishedFrom = world.time;
      await world.finish();
      check(world);
      const watched = new Set(world.watching.map((each) => each.at % resources.length));
      for (const i of watched) {
        const last = [...world.actions].filter((action) => world.client.can(action, resources[i]!));
        expect(last).toEqual([`${world.key}/${finishedFrom}/${names[i]}`]);
      }
    }),
    { numRuns: randomCases(2000), seed: randomSeed(32) },
  );
});
