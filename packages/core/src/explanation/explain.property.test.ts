import { expect, it } from 'vitest';
import {
  Authorizer,
  isUndecided,
  type ExplainedFailure,
  type ExplainedValue,
  type Explanation,
} from '../index.js';

// Random policies over all constructs. Each condition that an explanation names is evaluated again, with its bindings.

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

let calls = 0;
class User {
  constructor(
    readonly id: number,
    readonly n: number,
    readonly flag: boolean,
  ) {}
}
class Doc {
  constructor(
    readonly id: number,
    readonly n: number | null,
    readonly flag: boolean,
    readonly owner: User,
    readonly members: readonly User[],
    readonly tags: readonly string[],
    readonly parent: Doc | null,
  ) {}
  get later(): Promise<boolean> {
    return Promise.resolve(this.flag);
  }
  above(n: number): boolean {
    calls++;
    return (this.n ?? 0) > n;
  }
  soon(n: number): Promise<number> {
    calls++;
    return Promise.resolve((this.n ?? 0) + n);
  }
}

class Generator {
  #variables = 0;
  constructor(readonly random: () => number) {}

  number(below: number): number {
    return Math.floor(this.random() * below);
  }

  condition(depth: number): string {
    const k = this.number(4);
    const v = `v${this.#variables++}`;
    const simple = [
      `user.n = doc.n`,
      `doc.n > ${k}`,
      `doc.n <= user.n`,
      `user.flag`,
      `doc.flag`,
      `doc.owner = user`,
      `user in doc.members`,
      `(${v} in doc.members and ${v}.n = ${k} and ${v}.flag)`,
      `not user.flag`,
      `forall(${v} in doc.members, ${v}.n < ${k + 1})`,
      `forall(${v} in doc.members, ${v}.flag or ${v}.n = ${k})`,
      `doc matches Doc{n: ${k}}`,
      `doc.parent.flag`,
      `doc.parent matches Doc{flag: true}`,
      `doc.later`,
      `doc.above(${k})`,
      `doc.soon(1) = ${k}`,
      `doc.n + 1 = ${k}`,
      `(${v} = doc.n and ${v} > ${k})`,
      `"t${k}" in doc.tags`,
      `[${v}, *_] = doc.tags and ${v} = "t${k}"`,
      `user.n != ${k}`,
    ];
    if (depth === 0) return simple[this.number(simple.length)]!;
    const nested = [
      `(${this.condition(0)} or ${this.condition(0)})`,
      `not (${this.condition(0)} and ${this.condition(0)})`,
      `helper(user, doc)`,
      `not helper(user, doc)`,
      `role(user, "r${k}", doc)`,
    ];
    const all = [...simple, ...nested, ...nested];
    return all[this.number(all.length)]!;
  }

  body(depth: number): string {
    const conditions = Array.from({ length: 1 + this.number(3) }, () => this.condition(depth));
    return `${conditions.join(' and ')} and keep(user, doc)`;
  }

  policy(): string {
    return [
      ...[1, 2, 3].map(() => `allow(user: User, "read", doc: Doc) if ${this.body(1)};`),
      ...[1, 2].map(() => `helper(user: User, doc: Doc) if ${this.body(0)};`),
      ...[0, 1].map((i) => `role(user: User, "r${i}", doc: Doc) if ${this.body(0)};`),
      `role(user: User, "r2", doc: Doc) if role(user, "r1", doc)${this.number(2) === 0 ? ' and cut' : ''};`,
      'keep(_: User, _: Doc);',
    ].join('\n');
  }

  data(): { readonly user: User; readonly doc: Doc } {
    const users = [1, 2, 3].map((id) => new User(id, this.number(4), this.number(2) === 0));
    const doc = (id: number, parent: Doc | null) =>
      new Doc(
        id,
        this.number(8) === 0 ? null : this.number(5),
        this.number(2) === 0,
        users[this.number(3)]!,
        users.filter(() => this.number(2) === 0),
        [0, 1, 2].filter(() => this.number(2) === 0).map((i) => `t${i}`),
        parent,
      );
    return { user: users[0]!, doc: doc(1, this.number(2) === 0 ? null : doc(2, null)) };
  }
}

type Condition = Extract<ExplainedFailure, { kind: 'condition' | 'not' }>;
type Leaf = Exclude<ExplainedFailure, { kind: 'or' }>;

/** Returns the failures without further reasons, first ones first. */
function leavesOf(failure: ExplainedFailure): Leaf[] {
  switch (failure.kind) {
    case 'or':
      return failure.alternatives.flatMap(leavesOf);
    case 'call':
      return failure.misses.length > 0 ? failure.misses.flatMap((miss) => leavesOf(miss.failure)) : [failure];
    case 'not':
      return [failure, ...(failure.failure === undefined ? [] : leavesOf(failure.failure))];
    default:
      return [failure];
  }
}

const load = (policies: string) =>
  Authorizer.load({ policies, types: { User, Doc }, engine: 'machine', onWarning: () => {} });

/** Returns the outcome of a check on the machine, and the number of its calls. */
async function check(authorizer: Authorizer, user: User, doc: Doc): Promise<readonly [string, number]> {
  calls = 0;
  try {
    return [(await authorizer.isAllowed(user, 'read', doc)) ? 'allowed' : 'denied', calls];
  } catch (error) {
    if (!isUndecided(error)) throw error;
    return ['undecided', calls];
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
    for await (const _ of authorizer.query(text, { bindings: given, acceptExpression: true })) return true;
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
  for await (const _ of authorizer.queryRule(leaf.predicate, args)) return true;
  return false;
}

/** Returns the policy in which the condition at a place always holds. */
function withTrue(source: string, { line, column, text }: Leaf): string {
  const lines = source.split('\n');
  const found = lines[line - 1]!;
  const [variable] = /v\d+/.exec(text) ?? ['1'];
  const isItem = text.startsWith(`${variable} in `);
  const always = isField(text) ? text.replace(/:.*/, ': _') : `${variable} = ${isItem ? 'user' : variable}`;
  lines[line - 1] = found.slice(0, column - 1) + always + found.slice(column - 1 + text.length);
  return lines.join('\n');
}

const first = ({ misses }: Explanation): Leaf | undefined => misses[0] && leavesOf(misses[0].failure)[0];

it(
  'names only conditions that fail, and the answer changes when they hold',
  { timeout: 120_000 },
  async () => {
    const generator = new Generator(randomFrom(20_270));
    const kinds = new Set<string>();
    const wrong: string[] = [];
    let denials = 0;
    while (denials < 400) {
      const source = generator.policy();
      const { user, doc } = generator.data();
      const authorizer = await load(source);
      const [outcome, made] = await check(authorizer, user, doc);
      calls = 0;
      const values: unknown[] = [];
      const mask = (_name: string, value: unknown) => `#${values.push(value) - 1}`;
      const explanation = await authorizer.explain(user, 'read', doc, { mask });
      if (explanation.outcome !== outcome) wrong.push(`${explanation.outcome} is not ${outcome}\n${source}`);
      if (calls !== made) wrong.push(`${calls} calls instead of ${made}\n${source}`);
      if (outcome === 'allowed') continue;
      denials++;
      if (explanation.misses.length === 0) wrong.push(`no rule is named\n${source}`);
      for (const leaf of explanation.misses.flatMap(({ failure }) => leavesOf(failure))) {
        kinds.add(leaf.kind);
        if (await isWrong(authorizer, leaf, values)) wrong.push(`${leaf.text} holds\n${source}`);
      }
      const named = first(explanation);
      if ((named?.kind !== 'condition' && named?.kind !== 'not') || isPattern(named.text)) continue;
      const next = await (await load(withTrue(source, named))).explain(user, 'read', doc);
      const further = first(next);
      if (further?.line === named.line && further.column === named.column)
        wrong.push(`${named.text} is named again\n${source}`);
    }
    expect(wrong).toEqual([]);
    expect([...kinds].sort()).toEqual(['call', 'condition', 'not']);
  },
);
