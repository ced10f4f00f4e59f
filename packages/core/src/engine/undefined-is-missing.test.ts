import { expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../aot/compiled.js';
import { Authorizer, isPolarError, optional, type AuthorizerOptions } from '../index.js';

// A class with fields has every column as an attribute, and a column that was not loaded is `undefined`. It reads as a missing attribute.

class Repo {
  isPrivate!: boolean | undefined;
  name!: string | undefined;
  owner!: unknown;
  constructor(row: object = {}) {
    Object.assign(this, row);
  }
  /** A method without a result. */
  find(): unknown {
    return undefined;
  }
}
class Other {
  constructor(row: object = {}) {
    Object.assign(this, row);
  }
}
const missing = 'POLAR_UNDECIDED_MISSING_ATTRIBUTE';
const pattern = 'POLAR_UNDECIDED_PATTERN';

const conditions: readonly (readonly [condition: string, outcome: boolean | string])[] = [
  ['r.isPrivate', missing],
  ['not r.isPrivate', missing],
  ['r.isPrivate = true', missing],
  ['r.isPrivate != true', missing],
  ['not (r.isPrivate = true)', missing],
  ['not r.isPrivate == true', missing],
  ['r.isPrivate = nil', missing],
  ['x = r.isPrivate and x != true', missing],
  ['r.isPrivate in [false, nil]', missing],
  ['not (r.isPrivate in [true])', missing],
  ['r.isPrivate matches Boolean', missing],
  ['not (r.isPrivate matches Boolean)', missing],
  ['r.("isPrivate") != true', missing],
  ['not (true = r.isPrivate)', missing],
  ['forall(x in [1], r.isPrivate != x)', missing],
  ['r.isPrivate != r.name', missing],
  ['r.owner.name != "x"', missing],
  ['r matches {isPrivate: _}', false],
  ['r matches {isPrivate: nil}', false],
  ['r matches {isPrivate: x} and x != true', false],
  ['not (r matches {isPrivate: true})', pattern],
  ['g(r)', false],
  ['not g(r)', pattern],
  ['not h(r)', pattern],
  ['r.isPrivate != true or r = r', true],
  ['holder.row.isPrivate != true and r = r', missing],
  ['element in [r] and element.isPrivate != true', missing],
];
const policy = `
  ${conditions.map(([condition], i) => `allow(holder, "${i}", r) if holder = holder and ${condition};`).join('\n')}
  g(_: {isPrivate: x}) if x != true;
  h(_: {isPrivate: true});
`;

type Ask = (action: string, resource: unknown) => Promise<boolean | string>;
interface Decides {
  can(actor: unknown, action: unknown, resource: unknown): Promise<boolean>;
}

async function engines(
  policies: string,
  types: NonNullable<AuthorizerOptions['types']>,
  more: Partial<AuthorizerOptions> = {},
): Promise<[string, Ask][]> {
  const options = { policies, types, onWarning: () => {}, ...more };
  const asks =
    (authorizer: Decides): Ask =>
    async (action, resource) => {
      try {
        return await authorizer.can({ row: resource }, action, resource);
      } catch (error) {
        if (isPolarError(error)) return error.code;
        throw error;
      }
    };
  const found: [string, Ask][] = [];
  for (const engine of ['machine', 'source', 'closures'] as const)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    found.push([engine, asks(await Authorizer.load({ ...options, engine }))]);
  const module = { exports: undefined as unknown as PolicyModule };
  const text = await compilePolicy({ policies, types, onWarning: () => {}, format: 'cjs' });
  // oxlint-disable-next-line typescript/no-implied-eval -- what is tested is the text
  (new Function('module', text) as (target: object) => void)(module);
  found.push(['ahead of time', asks(CompiledAuthorizer.load(module.exports, { types }))]);
  return found;
}

const later = (): unknown => Promise.resolve(undefined);
const rows: Readonly<Record<string, () => unknown>> = {
  'an instance with fields that were not set': () => new Repo(),
  'an instance without the attribute': () => new Other(),
  'a row with the attribute undefined': () => ({ isPrivate: undefined, name: undefined, owner: undefined }),
  'a row without the attribute': () => ({}),
  'a getter that returns undefined': () =>
    Object.defineProperties(new Other(), {
      isPrivate: { get: () => undefined },
      owner: { get: () => undefined },
    }),
  'a promise that resolves to undefined': () =>
    new Repo({ isPrivate: later(), name: later(), owner: later() }),
  'a row of promises that resolve to undefined': () => ({
    isPrivate: later(),
    name: later(),
    owner: later(),
  }),
};

it.each(Object.entries(rows))(
  'every engine takes %s for missing',
  { timeout: 30_000 },
  async (_name, make) => {
    for (const [engine, ask] of await engines(policy, { Repo, Other })) {
      for (const round of [1, 2])
        for (const [i, [condition, outcome]] of conditions.entries()) {
          // oxlint-disable-next-line no-await-in-loop -- the second round finds what the first one learned
          expect([engine, round, condition, await ask(String(i), make())]).toEqual([
            engine,
            round,
            condition,
            outcome,
          ]);
        }
    }
  },
);

it.each(Object.entries(rows))(
  'every engine reads %s as nil where the field is optional',
  { timeout: 30_000 },
  async (_name, make) => {
    const fields = { isPrivate: optional('Boolean'), name: optional('String') };
    const types = {
      Repo: { class: Repo, fields },
      Other: { class: Other, fields },
      Row: { is: () => true, fields },
    };
    const policies = `
    allow(_, "nil", r) if r.isPrivate = nil;
    allow(_, "not true", r) if not (r.isPrivate = true);
    allow(_, "pattern", r) if r matches {isPrivate: nil};
  `;
    for (const [engine, ask] of await engines(policies, types as never))
      for (const action of ['nil', 'not true', 'pattern', 'nil'])
        // oxlint-disable-next-line no-await-in-loop -- in order
        expect([engine, action, await ask(action, make())]).toEqual([engine, action, true]);
  },
);

it('compares a dictionary with an undefined value like one without the key', async () => {
  const policies = `
    allow(_, "equal", r) if r.one = r.two;
    allow(_, "not equal", r) if r.one != r.two;
    allow(_, "pairs", r) if pair in r.one and pair = r.pair;
    allow(_, "all", r) if forall(pair in r.one, pair = r.other);
  `;
  const row = {
    one: { name: 'x', a: undefined },
    two: { name: 'x' },
    pair: ['a', undefined],
    other: ['name', 'x'],
  };
  for (const [engine, ask] of await engines(policies, {})) {
    const outcomes = await Promise.all(
      ['equal', 'not equal', 'pairs', 'all'].map((action) => ask(action, row)),
    );
    expect([engine, outcomes]).toEqual([engine, [true, false, false, true]]);
  }
});

it('compares the undefined result of a method as a value that equals no other', async () => {
  const policies = `
    allow(_, "equal", r) if r.find() = nil;
    allow(_, "not equal", r) if r.find() != true;
    allow(_, "condition", r) if r.find();
    allow(_, "attribute", r) if r.find().name = 1;
  `;
  const expected = [false, true, 'POLAR_UNDECIDED_CONDITION', 'POLAR_UNDECIDED_ATTRIBUTE_OF_NIL'];
  for (const [engine, ask] of await engines(policies, { Repo })) {
    const outcomes = await Promise.all(
      ['equal', 'not equal', 'condition', 'attribute'].map((action) => ask(action, new Repo())),
    );
    expect([engine, outcomes]).toEqual([engine, expected]);
  }
});

it('reports that the attribute exists and is undefined', async () => {
  const authorizer = await Authorizer.load({
    policies: 'allow(_, _, r) if not r.isPrivate;',
    types: { Repo },
  });
  await expect(authorizer.can(null, 'read', new Repo())).rejects.toThrow(
    '`isPrivate` of a Repo is undefined, which counts as missing; load the value, set it to null, or declare the field optional',
  );
});
