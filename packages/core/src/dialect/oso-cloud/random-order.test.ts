import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { Authorizer } from '../../authorization/authorizer.js';
import { outcomeOf } from '../../engine/fixtures/all-engines.fixture.js';
import { typed } from '../../types/typed.js';

/** A rule about a user and a folder `x`, as its conditions in the order in which they are written. */
type RandomRule = readonly Condition[];
type Condition =
  | { readonly kind: 'role'; readonly of: 'reader' | 'owner'; readonly at: 'x' | 'y' }
  | { readonly kind: 'parent'; readonly isReversed: boolean }
  | { readonly kind: 'open'; readonly at: 'x' | 'y'; readonly isNegated: boolean };

interface Facts {
  readonly roles: readonly (readonly ['reader' | 'owner', user: number, folder: number])[];
  readonly parents: readonly (readonly [folder: number, parent: number])[];
  readonly open: readonly number[];
}

const people = ['ann', 'ben'];
const count = 5;
const folders = Array.from({ length: count }, (_, i) => i);

/** Returns the answers by the facts alone: all combinations of values are tried until no rule gives a new role. */
function leastFixpoint(
  rules: readonly (readonly ['reader' | 'owner', RandomRule])[],
  facts: Facts,
): ReadonlySet<string> {
  const roles = new Set(facts.roles.map((role) => role.join(' ')));
  const parents = new Set(facts.parents.map((pair) => pair.join(' ')));
  const holds = (condition: Condition, user: number, x: number, y: number): boolean => {
    if (condition.kind === 'parent') return parents.has(condition.isReversed ? `${y} ${x}` : `${x} ${y}`);
    const at = condition.at === 'x' ? x : y;
    if (condition.kind === 'open') return facts.open.includes(at) !== condition.isNegated;
    return roles.has(`${condition.of} ${user} ${at}`);
  };
  for (let size = -1; size !== roles.size;) {
    size = roles.size;
    for (const [name, conditions] of rules)
      for (const user of people.keys())
        for (const x of folders)
          if (folders.some((y) => conditions.every((condition) => holds(condition, user, x, y))))
            roles.add(`${name} ${user} ${x}`);
  }
  return roles;
}

function textOf(condition: Condition): string {
  switch (condition.kind) {
    case 'role':
      return `is_${condition.of}(user, ${condition.at})`;
    case 'parent':
      return condition.isReversed ? 'has_relation(y, "parent", x)' : 'has_relation(x, "parent", y)';
    default:
      return `${condition.isNegated ? 'not ' : ''}is_open(${condition.at})`;
  }
}

const policyOf = (rules: readonly (readonly ['reader' | 'owner', RandomRule])[], facts: Facts): string =>
  [
    'actor User {}',
    'resource Folder {}',
    'allow(user: User, action: String, folder: Folder) if action = "reader" and is_reader(user, folder);',
    'allow(user: User, action: String, folder: Folder) if action = "owner" and is_owner(user, folder);',
    ...rules.map(
      ([name, conditions]) => `is_${name}(user: User, x: Folder) if ${conditions.map(textOf).join(' and ')};`,
    ),
    ...facts.roles.map(([name, user, folder]) => `is_${name}(User{"${people[user]}"}, Folder{"${folder}"});`),
    ...facts.parents.map(([x, y]) => `has_relation(Folder{"${x}"}, "parent", Folder{"${y}"});`),
    ...facts.open.map((x) => `is_open(Folder{"${x}"});`),
  ].join('\n');

const name = fc.constantFrom('reader', 'owner');
const folder = fc.nat(count - 1);
/** Conditions in any order, of which one leads from `x` to `y`. A negation is about `x` only, which has a value in each order. */
const rule = fc
  .tuple(
    fc.record({ kind: fc.constant('parent'), isReversed: fc.boolean() }),
    fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('role'), of: name, at: fc.constantFrom('x', 'y') }),
        fc.record({
          kind: fc.constant('open'),
          at: fc.constantFrom('x', 'y'),
          isNegated: fc.constant(false),
        }),
        fc.record({ kind: fc.constant('open'), at: fc.constant('x'), isNegated: fc.boolean() }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .chain(([link, others]) => {
    const all = [link, { kind: 'role', of: 'reader', at: 'y' }, ...others] as readonly Condition[];
    return fc.shuffledSubarray([...all], { minLength: all.length });
  });
const world = fc.record({
  rules: fc.array(fc.tuple(name, rule), { minLength: 1, maxLength: 3 }),
  facts: fc.record({
    roles: fc.array(fc.tuple(name, fc.nat(1), folder), { minLength: 1, maxLength: 3 }),
    parents: fc.array(fc.tuple(folder, folder), { minLength: 1, maxLength: 6 }),
    open: fc.array(folder, { minLength: 1, maxLength: 3 }),
  }),
});

describe('random recursive rules in the dialect oso-cloud', () => {
  it(
    'give the least fixpoint of their facts in each order of the conditions, or a limit where a negation keeps the order',
    { timeout: randomTimeout(30_000) },
    async () => {
      await fc.assert(
        fc.asyncProperty(world, async ({ rules, facts }) => {
          const expected = leastFixpoint(rules, facts);
          const mayEnd = rules.some(([, conditions]) =>
            conditions.some((condition) => condition.kind === 'open' && condition.isNegated),
          );
          for (const engine of ['machine', 'closures'] as const) {
            // oxlint-disable-next-line no-await-in-loop -- one after the other
            const authorizer = await Authorizer.load({
              policies: policyOf(rules, facts),
              dialect: 'oso-cloud',
              types: { User: { key: 'id' }, Folder: { key: 'id' } },
              engine,
              limits: { maxDepth: 500, timeoutMs: mayEnd ? 30 : 10_000 },
              onWarning: () => {},
            });
            const wrong: string[] = [];
            for (const [user, id] of people.entries())
              for (const x of folders)
                for (const action of ['reader', 'owner']) {
                  const actual = outcomeOf(() =>
                    authorizer.canSync(typed('User', { id }), action, typed('Folder', { id: String(x) })),
                  );
                  const isExpected = actual === expected.has(`${action} ${user} ${x}`);
                  if (!isExpected && !(mayEnd && typeof actual === 'string'))
                    wrong.push(`${engine}: ${id} is ${action} of ${x}: ${actual}`);
                }
            expect(wrong).toEqual([]);
          }
        }),
        { numRuns: randomCases(400), seed: randomSeed(44) },
      );
    },
  );
});
