import { describe, expect, it } from 'vitest';
import { authorizerIn, type DialectOptions } from '../../compat/index.js';
import { Authorizer, type AuthorizerOptions } from '../../index.js';

const inOso = authorizerIn({ dialect: 'oso' });

// The expected answers are those of the package oso 0.27.3.

async function ask(
  query: string,
  options: Partial<AuthorizerOptions> = {},
  dialect: DialectOptions = {},
): Promise<unknown> {
  const authorizer = await authorizerIn({ dialect: 'oso', ...dialect }).load({
    policies: '',
    onWarning: () => {},
    ...options,
  });
  const answers: unknown[] = [];
  try {
    for await (const answer of authorizer.policy.query(query)) answers.push(Object.fromEntries(answer));
  } catch (error) {
    return (error as { code: string }).code;
  }
  return answers;
}

class Row {
  constructor(readonly a: unknown) {}
}

describe('the dialect oso', () => {
  it.each([
    ['true == 1', [{}]],
    ['[1] == [1]', 'POLAR_UNDECIDED_ORDER'],
    ['1 == "1"', 'POLAR_UNDECIDED_ORDER'],
    ['x = 1 / 0', [{ x: Infinity }]],
    ['1.5 matches Integer', [{}]],
    ['nil < 1', [{}]],
    ['row = twin', [{}]],
    ['plain matches Dictionary', []],
    ['Row matches Row', [{}]],
    ['row.b = 1', 'POLAR_UNDECIDED_MISSING_ATTRIBUTE'],
    ['not row.b = 1', [{}]],
    ['row.u = x', [{ x: undefined }]],
    ['row matches {b: _}', [{}]],
    ['row matches {b: 1}', []],
  ] as const)('answers %s as oso does', async (query, expected) => {
    const row = Object.assign(new Row(1), { u: undefined });
    const twin = Object.assign(new Row(1), { u: undefined });
    const constants = { row, twin, plain: { a: 1 } };
    const answer = await ask(query, { types: { Row }, constants });
    expect(answer).toEqual(expected);
  });

  it.each([
    ['big = 1', []],
    ['big == 1', []],
    ['big = other', [{}]],
    ['big != nil', [{}]],
    ['big < 3', [{}]],
    ['big matches Integer', []],
    ['x = row.a', [{ x: 1n }]],
    ['row.a in [1, 2]', []],
  ] as const)('treats a bigint of the application as an object: %s', async (query, expected) => {
    const constants = { row: new Row(1n), big: 1n, other: 1n };
    expect(await ask(query, { types: { Row }, constants })).toEqual(expected);
  });

  it('refuses members that lead into the process, unless `unsafeHostAccess` is set', async () => {
    const types = { Row };
    const constants = { row: new Row(1) };
    const query = 'row.constructor.name = x';
    expect(await ask(query, { types, constants })).toBe('POLAR_RUN_REFUSED_MEMBER');
    expect(await ask(query, { types, constants }, { unsafeHostAccess: true })).toEqual([{ x: 'Row' }]);
  });

  it.each(['machine', 'closures', 'source'] as const)(
    'reads the class of a value from its attribute `constructor`, with the engine %s',
    async (engine) => {
      class Team {}
      class Band extends Team {}
      class Player {}
      const authorizer = await inOso.load({
        policies:
          'allow(x, action, _) if is(x, action); is(_: Team, "team"); is(_: Band, "band"); is(_: Player, "player");',
        types: { Team, Band, Player },
        engine,
        denialWarnings: false,
      });
      const classesOf = (value: object) =>
        ['team', 'band', 'player'].filter((action) => authorizer.canSync(value, action, 1));
      const team = (constructor: unknown) => Object.assign(new Team(), { constructor });
      // The code for instances of the classes is built first.
      for (let i = 0; i < 3; i++) {
        expect(classesOf(new Team())).toEqual(['team']);
        expect(classesOf(new Band())).toEqual(['team', 'band']);
        expect(classesOf(new Player())).toEqual(['player']);
        expect(classesOf(team(Band))).toEqual(['team', 'band']);
        expect(classesOf(team(Player))).toEqual(['player']);
        expect(classesOf(team(Date))).toEqual(['team']);
        expect(classesOf({ constructor: Player })).toEqual(['player']);
        expect(classesOf({ constructor: 'a text' })).toEqual([]);
        expect(() => classesOf({ constructor: 'Player' })).toThrow('names the class `Player`');
      }
    },
  );

  it.each([{ dialect: 'oso' }, { unsafeHostAccess: true }])(
    'is no option of Authorizer.load: %o',
    async (options) => {
      await expect(Authorizer.load({ policies: '', ...(options as object) })).rejects.toMatchObject({
        code: 'POLAR_TYPE_INVALID_OPTION',
      });
    },
  );

  it('runs inline queries from the last to the first, until one fails', async () => {
    const policies = 'f(1); ?= f(2); ?= f(3);';
    await expect(inOso.load({ policies, onWarning: () => {} })).rejects.toMatchObject({
      data: { query: 'f(3)' },
    });
  });
});
