import { expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import {
  Authorizer,
  isUndecided,
  type ExplainedFailure,
  type ExplainedValue,
  type Explanation,
} from '../index.js';
import { calls, Doc, PolicyGenerator, randomFrom, User, type Data } from './random-policies.fixture.js';

// Random policies over all constructs. Each condition that an explanation names is evaluated again, with its bindings. Then the data is
// changed until the condition holds: the answer becomes allowed, or the next explanation names another condition.

/** A change of one value in the data. */
type Change = readonly [target: object, key: string, value: unknown];

function changesOf({ users, doc, other }: Data): Change[] {
  const numbers = [0, 1, 2, 3, 4, 5];
  const flags = [true, false];
  const tags = [[], ['t0'], ['t1'], ['t2'], ['t3'], ['t0', 't1', 't2', 't3']];
  const members = [[], ...users.map((user) => [user]), users];
  const of = (target: object, key: string, values: readonly unknown[]): Change[] =>
    values.map((value) => [target, key, value]);
  return [
    ...users.flatMap((user) => [...of(user, 'n', numbers), ...of(user, 'flag', flags)]),
    ...[doc, other].flatMap((one) => [
      ...of(one, 'n', numbers),
      ...of(one, 'flag', flags),
      ...of(one, 'owner', users),
      ...of(one, 'members', members),
      ...of(one, 'tags', tags),
    ]),
    ...of(doc, 'parent', [null, other, new Doc(3, 1, true, users[0]!, users, [], null)]),
  ];
}

/** Changes one value so that a condition holds. Returns false, and changes nothing, if no value makes it hold. */
async function makeTrue(data: Data, holds: () => Promise<boolean>): Promise<boolean> {
  for (const [target, key, value] of changesOf(data)) {
    const before: unknown = Reflect.get(target, key);
    Reflect.set(target, key, value);
    if (await holds()) return true;
    Reflect.set(target, key, before);
  }
  return false;
}

type Condition = Extract<ExplainedFailure, { kind: 'condition' | 'not' }>;
type Leaf = Exclude<ExplainedFailure, { kind: 'or' }>;

/** A failure without further reasons, with the conditions of its rule that hold before it. */
interface NamedCondition {
  readonly leaf: Leaf;
  readonly held: readonly string[];
}

/** Returns the conditions that an explanation names, first ones first. */
function namedIn(failure: ExplainedFailure, held: readonly string[]): NamedCondition[] {
  switch (failure.kind) {
    case 'or':
      return failure.alternatives.flatMap((each) => namedIn(each, held));
    case 'call':
      return failure.misses.length > 0
        ? failure.misses.flatMap((miss) => namedIn(miss.failure, miss.held))
        : [{ leaf: failure, held }];
    case 'not':
      return [
        { leaf: failure, held },
        ...(failure.failure === undefined ? [] : namedIn(failure.failure, held)),
      ];
    default:
      return [{ leaf: failure, held }];
  }
}

const allNamed = ({ misses }: Explanation): NamedCondition[] =>
  misses.flatMap((miss) => namedIn(miss.failure, miss.held));

const load = (policies: string) =>
  Authorizer.load({ policies, types: { User, Doc }, engine: 'machine', onWarning: () => {} });

/** Returns the outcome of a check on the machine, and the number of its calls. */
async function check(authorizer: Authorizer, user: User, doc: Doc): Promise<readonly [string, number]> {
  calls.count = 0;
  try {
    return [(await authorizer.can(user, 'read', doc)) ? 'allowed' : 'denied', calls.count];
  } catch (error) {
    if (!isUndecided(error)) throw error;
    return ['undecided', calls.count];
  }
}

/** A field of a pattern, such as `n: 3`. */
const isField = (text: string): boolean => /^\w+: /.test(text);
/** A pattern of a type, such as `Doc{n: 3}`. */
const isPattern = (text: string): boolean => text.startsWith('Doc');

/** Returns a condition that the policy writes inside a pattern as a query. */
function queryFor(leaf: Condition): readonly [string, readonly ExplainedValue[]] {
  const { text, values } = leaf;
  if (isField(text))
    return [
      'left = right',
      [
        { ...values[0]!, name: 'left' },
        { ...values[1]!, name: 'right' },
      ],
    ];
  if (isPattern(text)) return [`left matches ${text}`, [{ ...values[0]!, name: 'left' }]];
  return [text, leaf.bindings];
}

/** Returns whether a condition holds for the values that the explanation names. */
async function holds(authorizer: Authorizer, leaf: Condition, values: readonly unknown[]): Promise<boolean> {
  const [text, bindings] = queryFor(leaf);
  const given: Record<string, unknown> = {};
  for (const { name, value } of bindings)
    if (value.startsWith('#') && new RegExp(`\\b${name}\\b`).test(text))
      given[name] = values[Number(value.slice(1))];
  try {
    for await (const _ of authorizer.policy.query(text, { bindings: given, acceptExpression: true }))
      return true;
    return false;
  } catch (error) {
    if (!isUndecided(error)) throw error;
    return false;
  }
}

/** Returns whether an explanation names a condition that holds. */
async function isWrong(authorizer: Authorizer, leaf: Leaf, values: readonly unknown[]): Promise<boolean> {
  if (leaf.kind === 'condition' || leaf.kind === 'not') return holds(authorizer, leaf, values);
  if (leaf.kind !== 'call') return false;
  const args = leaf.args.map((arg) => values[Number(arg.slice(1))]);
  for await (const _ of authorizer.policy.queryRule(leaf.predicate, args)) return true;
  return false;
}

/**
 * Returns a named condition as a query about the data: a variable that is not an object comes from the conditions before it. Returns
 * undefined where the explanation does not name them, as inside an alternative.
 */
function queryAboutData(
  source: string,
  { leaf, held }: NamedCondition,
  given: Readonly<Record<string, unknown>>,
): string | undefined {
  const { text, line, column } = leaf;
  if (isField(text) || isPattern(text)) {
    const whole = [...source.split('\n')[line - 1]!.matchAll(/[\w.]+ matches Doc\{[^}]*\}/g)];
    return whole.find(({ index, 0: found }) => index < column && column <= index + found.length)?.[0];
  }
  const free = (text.match(/\bv\d+\b/g) ?? []).filter((name) => !(name in given));
  const before = held.filter((each) => free.some((name) => each.includes(name)));
  const isLocal = leaf.kind === 'not';
  if (!isLocal && free.some((name) => !before.some((each) => each.includes(name)))) return undefined;
  return [...before, text].join(' and ');
}

/** Returns the objects of the data among the bindings of a condition. */
function objectsIn(bindings: readonly ExplainedValue[], values: readonly unknown[]): Record<string, unknown> {
  const objects: Record<string, unknown> = {};
  for (const { name, value } of bindings) {
    const found = value.startsWith('#') ? values[Number(value.slice(1))] : undefined;
    if (found instanceof User || found instanceof Doc) objects[name] = found;
  }
  return objects;
}

/** Returns whether a query holds for these objects. */
async function holdsInData(
  authorizer: Authorizer,
  query: string,
  objects: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const given = Object.fromEntries(
    Object.entries(objects).filter(([name]) => new RegExp(`\\b${name}\\b`).test(query)),
  );
  try {
    for await (const _ of authorizer.policy.query(query, { bindings: given, acceptExpression: true }))
      return true;
    return false;
  } catch (error) {
    if (!isUndecided(error)) throw error;
    return false;
  }
}

const explainWithValues = async (authorizer: Authorizer, user: User, doc: Doc) => {
  const values: unknown[] = [];
  const mask = (_name: string, value: unknown) => `#${values.push(value) - 1}`;
  return { explanation: await authorizer.explain(user, 'read', doc, { mask }), values };
};

/** Identifies a condition: its place, and the objects for which it was tested. */
function identityOf({ leaf }: NamedCondition, values: readonly unknown[]): unknown[] {
  const bindings = leaf.kind === 'condition' || leaf.kind === 'not' ? leaf.bindings : [];
  const objects = bindings
    .map(({ value }) => values[Number(value.slice(1))])
    .filter((value) => value instanceof User || value instanceof Doc);
  return [leaf.line, leaf.column, ...objects];
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

it(
  'names only conditions that fail, and another one when the data is changed so that the first holds',
  { timeout: 240_000 },
  async () => {
    const generator = new PolicyGenerator(randomFrom(20_270));
    const kinds = new Set<string>();
    const wrong: string[] = [];
    let [denials, changed, granted] = [0, 0, 0];
    while (denials < randomCases(500) || changed < randomCases(300)) {
      const source = generator.policy();
      const data = generator.data();
      const { doc } = data;
      const user = data.users[0]!;
      const authorizer = await load(source);
      let last: unknown[] | undefined;
      // Each condition that is named first is made true, until the answer is allowed.
      for (let step = 0; step < 4; step++) {
        const [outcome, made] = await check(authorizer, user, doc);
        calls.count = 0;
        const { explanation, values } = await explainWithValues(authorizer, user, doc);
        if (explanation.outcome !== outcome)
          wrong.push(`${explanation.outcome} is not ${outcome}\n${source}`);
        if (calls.count !== made) wrong.push(`${calls.count} calls instead of ${made}\n${source}`);
        if (outcome === 'allowed') {
          if (step > 0) granted++;
          break;
        }
        denials++;
        const named = allNamed(explanation);
        const [first] = named;
        if (first === undefined) {
          wrong.push(`no rule is named\n${source}`);
          break;
        }
        for (const { leaf } of named) {
          kinds.add(leaf.kind);
          if (await isWrong(authorizer, leaf, values)) wrong.push(`${leaf.text} holds\n${source}`);
        }
        const identity = identityOf(first, values);
        if (last !== undefined && isSame(identity, last))
          wrong.push(`${first.leaf.text} is named again\n${source}`);
        last = identity;
        const { leaf } = first;
        if (leaf.kind !== 'condition' && leaf.kind !== 'not') break;
        const objects = objectsIn(leaf.bindings, values);
        const query = queryAboutData(source, first, objects);
        if (query === undefined) break;
        const isChanged = await makeTrue(data, () => holdsInData(authorizer, query, objects));
        if (!isChanged) break;
        changed++;
      }
    }
    expect(wrong).toEqual([]);
    expect([...kinds].sort()).toEqual(['call', 'condition', 'not']);
    expect(granted).toBeGreaterThan(randomCases(50));
  },
);
