import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { Authorizer, isPolarError, isPolicyError, typed, type Equality, type TypesInput } from '../index.js';

// cspell:ignore abcvw

// policy.grants must return true for every action that a policy allows with some data. The policies are random, over all kinds of
// types and over objects with several types; the machine is the oracle.

class Note {}
class Memo extends Note {}
class Email extends String {}
class Other {}

const types: TypesInput = {
  Note,
  Memo,
  Email,
  Other,
  Repo: { fields: { name: 'String', next: 'Team', items: ['Team'], flag: 'Boolean' } },
  Team: { key: 'name', fields: { name: 'String', next: 'Repo', items: ['Repo'], flag: 'Boolean' } },
  Lone: {},
  Flagged: { is: (value) => value === 'y' || (value as { flag?: unknown } | null)?.flag === true },
  One: { discriminator: { kind: 'one' } },
  Two: { discriminator: { kind: 'two' } },
};

function world() {
  const row = (name: string, flag: boolean, more = {}) => ({ name, flag, ...more });
  const objects: (Record<string, unknown> & object)[] = [
    Object.assign(new Note(), row('x', true)),
    Object.assign(new Memo(), row('y', false)),
    Object.assign(new Email('x'), { flag: false }) as unknown as Record<string, unknown>,
    Object.assign(new Other(), row('x', false)),
    typed('Repo', row('x', false)),
    typed('Repo', row('y', true)),
    typed('Team', row('x', false)),
    typed('Lone', Object.assign(new Other(), row('y', false))),
    typed('Lone', row('x', false, { kind: 'one' })),
    row('x', false, { kind: 'one' }),
    row('y', false, { kind: 'two' }),
    row('x', false),
  ];
  for (const [i, object] of objects.entries()) {
    object.next = objects[(i * 5 + 3) % objects.length]!;
    object.items = [objects[(i + 1) % objects.length], objects[(i * 7 + 4) % objects.length], 'x'];
  }
  return [...objects, 'x', 'y', 1, true, null];
}

const typeNames = [...Object.keys(types), 'Actor', 'Resource', 'String', 'Integer', 'Dictionary', 'List'];
const typeName = fc.constantFrom(...typeNames);
const literal = fc.constantFrom('"x"', '"y"', '"z"', '1', 'true', 'nil', 'Note', 'Repo', 'Team');
const variable = fc.constantFrom('a', 'b', 'c', 'v', 'w');
const text = (strings: TemplateStringsArray, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((values) => String.raw({ raw: strings }, ...values));
const field = fc.constantFrom('name', 'next', 'flag', 'next.next', 'next.name');
const term = fc.oneof(
  { arbitrary: variable, weight: 6 },
  { arbitrary: literal, weight: 2 },
  { arbitrary: text`${variable}.${field}`, weight: 2 },
  { arbitrary: text`[${variable}, ${literal}]`, weight: 1 },
  { arbitrary: text`{name: ${variable}}`, weight: 1 },
);
const pattern = fc.oneof(
  { arbitrary: typeName, weight: 5 },
  { arbitrary: text`${typeName}{name: ${literal}}`, weight: 1 },
  { arbitrary: text`{name: ${variable}}`, weight: 1 },
  { arbitrary: fc.constantFrom('"x"', '"y"'), weight: 1 },
);
const call = fc.oneof(
  text`f(${term})`,
  text`g(${term}, ${term})`,
  text`role(${term}, ${literal}, ${term})`,
  text`role(${variable}, ${variable}, ${variable})`,
);
const { goal } = fc.letrec<{ goal: string }>((tie) => ({
  goal: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'goal' },
    { arbitrary: call, weight: 5 },
    { arbitrary: text`${term} = ${term}`, weight: 4 },
    { arbitrary: text`${term} == ${term}`, weight: 1 },
    { arbitrary: text`${term} != ${term}`, weight: 1 },
    { arbitrary: text`${variable} in [${term}, ${literal}]`, weight: 2 },
    { arbitrary: text`${variable} in ${variable}.items`, weight: 1 },
    { arbitrary: text`${variable} matches ${pattern}`, weight: 3 },
    { arbitrary: text`${variable}.flag`, weight: 1 },
    { arbitrary: text`${variable}`, weight: 1 },
    { arbitrary: text`v := ${term}`, weight: 1 },
    { arbitrary: fc.constant('cut'), weight: 1 },
    { arbitrary: text`not (${tie('goal')})`, weight: 1 },
    { arbitrary: text`(${tie('goal')} or ${tie('goal')})`, weight: 2 },
    { arbitrary: text`(${tie('goal')} and ${tie('goal')})`, weight: 1 },
  ),
}));
const parameter = (name: string) =>
  fc.oneof(
    { arbitrary: fc.constant(name), weight: 4 },
    { arbitrary: pattern.map((p) => `${name}: ${p}`), weight: 5 },
    { arbitrary: literal, weight: 3 },
    { arbitrary: fc.constantFrom('a', 'b'), weight: 1 },
    { arbitrary: fc.constant(`${name}.next`), weight: 1 },
  );
const body = fc
  .array(goal, { maxLength: 3 })
  .map((goals) => (goals.length === 0 ? ';' : ` if ${goals.join(' and ')};`));
const rule = fc.oneof(
  { arbitrary: text`allow(${parameter('a')}, ${parameter('b')}, ${parameter('c')})${body}`, weight: 3 },
  { arbitrary: text`f(${parameter('a')})${body}`, weight: 2 },
  { arbitrary: text`g(${parameter('a')}, ${parameter('b')})${body}`, weight: 2 },
  { arbitrary: text`role(${parameter('a')}, ${parameter('b')}, ${parameter('c')})${body}`, weight: 2 },
);
/** A variable that is used once is an error, unless its name starts with `_`. */
const withoutSingletons = (rule: string): string =>
  rule.replaceAll(/\b[abcvw]\b/g, (name) =>
    rule.split(new RegExp(`\\b${name}\\b`)).length === 2 ? `_${name}` : name,
  );
const policy = fc
  .array(rule, { minLength: 1, maxLength: 7 })
  .map((rules) =>
    ['actor Note {}', 'resource Repo {}', 'resource One {}', ...rules.map(withoutSingletons), ...closed].join(
      '\n',
    ),
  );
/** Rules that match nothing, so that every call has a rule. */
const closed = ['allow(0, 0, 0);', 'f(0);', 'g(0, 0);', 'role(0, 0, 0);'];

const byName = (left: unknown, right: unknown): boolean => nameOf(left) === nameOf(right);
const nameOf = (value: unknown): unknown => (value as { name?: unknown } | null)?.name ?? value;
const equality = fc.constantFrom<Equality>('identity', 'identity', 'deep', byName);

const actions = ['x', 'y', 'z'];

it('policy.grants returns true for every action that a random policy allows', async () => {
  const seen = { loaded: 0, allowed: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(policy, equality, async (policies, equal) => {
      const authorizer = await load(policies, equal);
      if (authorizer === undefined) return;
      seen.loaded++;
      const missed: unknown[] = [];
      for (const { action, resource, type, as } of allowedIn(authorizer)) {
        seen.allowed++;
        if (!authorizer.policy.grants(action, type, { resource: as }))
          missed.push({ action, resource, type, as });
      }
      expect(missed).toEqual([]);
      for (const name of Object.keys(types))
        for (const action of actions) if (!authorizer.policy.grants(action, name)) seen.refused++;
    }),
    { numRuns: randomCases(250), seed: 11 },
  );
  // The analysis returns false often enough to be useful, and a false result would often enough be wrong.
  expect(seen.loaded).toBeGreaterThan(randomCases(100));
  expect(seen.allowed).toBeGreaterThan(randomCases(1_000));
  expect(seen.refused).toBeGreaterThan(randomCases(1_000));
});

/** Returns the authorizer; undefined when the policy is invalid. */
async function load(policies: string, equal: Equality): Promise<Authorizer | undefined> {
  try {
    return await Authorizer.load({
      policies,
      types,
      equality: equal,
      // Compiling a policy takes longer than its checks here, as does an explanation of each denial.
      engine: 'machine',
      denialWarnings: false,
      limits: { maxSteps: 2_000 },
      onWarning: () => {},
    });
  } catch (error) {
    if (isPolicyError(error)) return undefined;
    throw error;
  }
}

/** Returns all actions that some actor may perform, each with every type of the resource. */
function* allowedIn(authorizer: Authorizer) {
  const values = world();
  const actors = [values[0], values[4], values[11], 'x'];
  const tokens = ['Note', 'Repo', 'Team', 'Lone', 'One'].map((name) => authorizer.type(name));
  for (const action of actions) {
    for (const actor of actors) {
      for (const resource of values) {
        if (!isAllowed(authorizer, actor, action, resource)) continue;
        for (const type of authorizer.policy.typesOf(resource))
          yield { action, resource, type, as: 'instance' } as const;
      }
      for (const type of tokens)
        if (isAllowed(authorizer, actor, action, type))
          yield { action, resource: type, type, as: 'type' } as const;
    }
  }
}

function isAllowed(authorizer: Authorizer, actor: unknown, action: string, resource: unknown): boolean {
  try {
    return authorizer.canSync(actor, action, resource);
  } catch (error) {
    if (isPolarError(error)) return false;
    throw error;
  }
}
