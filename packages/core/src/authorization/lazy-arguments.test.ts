import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../index.js';

const policies = `
  allow(user: String, "read", note: Note) if note.ownerId = user and note.open = true;
  allow(_, "list", _);
`;
const types = { Note: {} };
const note = typed('Note', { ownerId: 'ann', open: true });

/** Starts its query each time it is awaited, as the query builders of ORMs do. */
class QueryBuilder {
  starts = 0;
  // oxlint-disable-next-line unicorn/no-thenable -- query builders have it
  then<T>(give: (value: unknown) => T): Promise<T> {
    this.starts++;
    return Promise.resolve(note).then(give);
  }
}

describe.each(['auto', 'closures', 'machine'] as const)('with the engine `%s`, a query builder', (engine) => {
  it.each([
    [{ denialWarnings: true, onWarning: () => {} }],
    [{ denialWarnings: false, onDecision: () => {} }],
  ])('as an argument starts its query once for each call: %j', async (options) => {
    const authorizer = await Authorizer.load({ policies, types, engine, ...options });
    const startsOf = async (call: (lazy: QueryBuilder) => unknown): Promise<number> => {
      const lazy = new QueryBuilder();
      await call(lazy);
      return lazy.starts;
    };
    // The first calls run on other code than the later ones.
    for (let i = 0; i < 3; i++) {
      // oxlint-disable no-await-in-loop -- one call after the other
      expect(await startsOf((lazy) => authorizer.can('ann', 'read', lazy))).toBe(1);
      expect(await startsOf((lazy) => authorizer.can('ben', 'read', lazy))).toBe(1);
      expect(await startsOf((lazy) => authorizer.can('ann', 'edit', lazy))).toBe(1);
      expect(await startsOf((lazy) => authorizer.authorize('ann', 'read', lazy))).toBe(1);
      expect(await startsOf((lazy) => authorizer.actions('ann', lazy))).toBe(1);
      expect(await startsOf((lazy) => authorizer.explain('ann', 'read', lazy))).toBe(1);
      // oxlint-enable no-await-in-loop
    }
  });
});

it('a promise of another realm that no rule needs can reject', async () => {
  const authorizer = await Authorizer.load({ policies, types, engine: 'machine' });
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const rejected = runInNewContext('Promise.reject(new Error("late"))') as Promise<never>;
  await authorizer.can('ann', 'list', rejected).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
