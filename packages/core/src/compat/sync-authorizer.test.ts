import { describe, expect, it } from 'vitest';
import { isPolarError, type PolarError } from '../diagnostics/polar-error.js';
import { SyncAuthorizer } from './sync-authorizer.js';

class User {
  constructor(readonly id: number) {}
}
class Team {
  owner = 'not loaded';
  constructor(readonly ownerId: number) {}
}
const quiet = { onWarning: () => {}, denialWarnings: false };

describe('SyncAuthorizer.loadSync', () => {
  it('returns an authorizer that decides checks without an await', () => {
    const authorizer = SyncAuthorizer.loadSync(['allow(_: User, "read", _);'], {
      ...quiet,
      types: { User },
    });
    expect(authorizer.canSync(new User(1), 'read', 1)).toBe(true);
    expect(authorizer.canSync(1, 'read', 1)).toBe(false);
  });

  it('throws the errors of the texts at once', () => {
    expect(() => SyncAuthorizer.loadSync(['allow(_, "read"'], quiet)).toThrow('expected');
  });

  it('gives instances of a class with two names the type of the last name', () => {
    const types = { User, Person: { class: User } };
    const authorizer = SyncAuthorizer.loadSync(['allow(_: User, "a", _); allow(_: Person, "b", _);'], {
      ...quiet,
      types,
    });
    expect(authorizer.canSync(new User(1), 'a', 1)).toBe(false);
    expect(authorizer.canSync(new User(1), 'b', 1)).toBe(true);
  });

  it('leaves the inline queries to the caller', async () => {
    const { inlineQueries } = SyncAuthorizer.loadSync(['f(1); ?= f(1); ?= f(2);'], quiet);
    expect(inlineQueries.map(({ text }) => text)).toEqual(['f(1)', 'f(2)']);
    expect(await Promise.all(inlineQueries.map((query) => query.holds()))).toEqual([true, false]);
  });

  it.each(['source', 'closures', 'machine'] as const)(
    'calls the application for a property that it loads, with the engine %s',
    async (engine) => {
      const owners = [new User(0), new User(1)];
      const loads = new Map([['owner', (team: Team) => Promise.resolve(owners[team.ownerId])]]);
      const authorizer = SyncAuthorizer.loadSync(
        ['allow(u: User, "read", t: Team) if t.owner = u; allow(u: User, "match", _: Team{owner: u});'],
        { ...quiet, engine, types: { User, Team: { class: Team, loads } } },
      );
      for (const action of ['read', 'match']) {
        expect(await authorizer.can(owners[1], action, new Team(1))).toBe(true);
        expect(await authorizer.can(owners[1], action, new Team(0))).toBe(false);
      }
    },
  );
});

describe('the calls of an error', () => {
  it('list the rules that led to the error, innermost first', async () => {
    const authorizer = SyncAuthorizer.loadSync(['f(x) if g(x) and x = 1;\ng(x) if x := 1;'], quiet);
    const error: unknown = await authorizer.policy
      .query('f(1)')
      .next()
      .catch((thrown: unknown) => thrown);
    expect(isPolarError(error)).toBe(true);
    const names = (error as PolarError).calls.map(({ rule, callSpan }) => [rule?.name, callSpan?.start]);
    expect(names).toEqual([
      ['g', 8],
      ['f', 0],
      [undefined, undefined],
    ]);
  });
});
