import {
  Authorizer,
  isUndecided,
  nearestCondition,
  typed,
  type ExplainedFailure,
  type Explanation,
} from '../index.js';

// The measure of an explanation: the data is changed so that the condition holds which the explanation names first. The answer changes,
// or the next explanation names another condition.

/** The values of a field, or the type of its rows: `Folder?` may be `null`, and `Folder>` is a later row or `null`. */
type FieldValues = readonly unknown[] | string;
/** A field that holds rows of a type. */
interface ListField {
  readonly list: string;
}

const isList = (values: FieldValues | ListField): values is ListField =>
  typeof values === 'object' && 'list' in values;

/** The types of a world, with the values of their fields. */
export type FieldsByType = Readonly<Record<string, Readonly<Record<string, FieldValues | ListField>>>>;

type Row = Record<string, unknown>;

/** Random rows, which a repair changes. */
export class World {
  readonly rows: Readonly<Record<string, readonly Row[]>>;

  constructor(
    readonly fields: FieldsByType,
    readonly below: (n: number) => number,
    count: Readonly<Record<string, number>>,
  ) {
    this.rows = Object.fromEntries(
      Object.keys(fields).map((type) => [
        type,
        Array.from({ length: count[type] ?? 3 }, (_, id) => typed(type, { id }) as Row),
      ]),
    );
    for (const [type, rows] of Object.entries(this.rows))
      for (const row of rows)
        for (const [name, values] of Object.entries(fields[type]!)) row[name] = this.#random(values, row);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  #random(values: FieldValues | ListField, row: Row): unknown {
    if (isList(values)) {
      const all = this.rows[values.list]!;
      return all.filter(() => this.below(all.length) < 2);
    }
    return this.pick(this.#valuesOf(values, row));
  }

  #valuesOf(values: FieldValues, row: Row): readonly unknown[] {
    if (typeof values !== 'string') return values;
    // A tree has no cycles.
    if (values.endsWith('>'))
      return [
        null,
        ...this.rows[values.slice(0, -1)]!.filter(({ id }) => (id as number) > (row['id'] as number)),
      ];
    return values.endsWith('?') ? [null, ...this.rows[values.slice(0, -1)]!] : this.rows[values]!;
  }

  /** Changes one value so that a condition holds. Returns false, and changes nothing, if no value makes it hold. */
  async repair(holds: () => Promise<boolean>): Promise<boolean> {
    for (const [type, rows] of Object.entries(this.rows))
      for (const row of rows)
        for (const [name, values] of Object.entries(this.fields[type]!)) {
          const before = row[name];
          for (const value of this.#changesOf(values, before, row)) {
            row[name] = value;
            if (await holds()) return true;
          }
          row[name] = before;
        }
    return false;
  }

  #changesOf(values: FieldValues | ListField, before: unknown, row: Row): readonly unknown[] {
    if (!isList(values)) return this.#valuesOf(values, row);
    const all = this.rows[values.list]!;
    return [...all.map((row) => [...(before as unknown[]), row]), []];
  }
}

export type Leaf = Exclude<ExplainedFailure, { kind: 'or' | 'call' | 'head' | 'cut' }>;

/** Returns the condition that an explanation names first; undefined if it names none that data can repair. */
export function firstCondition(explanation: Explanation): Leaf | undefined {
  let failure = nearestCondition(explanation) ?? explanation.misses[0]?.failure;
  while (failure?.kind === 'or' || failure?.kind === 'call')
    failure = failure.kind === 'or' ? failure.alternatives[0] : failure.misses[0]?.failure;
  return failure?.kind === 'condition' || failure?.kind === 'not' ? failure : undefined;
}

/** The outcome of repairs. */
export interface Repairs {
  /** The conditions that were made true until the action was allowed, or until no repair was possible. */
  count: number;
  isAllowed: boolean;
  /** Whether the first repair led to another condition, or to the answer. */
  progresses: boolean;
}

/** Repairs the condition that each explanation names first, until the action is allowed. */
export async function follow(
  authorizer: Authorizer,
  world: World,
  args: readonly [unknown, string, unknown],
  most = 6,
): Promise<Repairs> {
  const result: Repairs = { count: 0, isAllowed: false, progresses: false };
  let last: string | undefined;
  for (;;) {
    const values: unknown[] = [];
    const mask = (_name: string, value: unknown) => `#${values.push(value) - 1}`;
    const explanation = await authorizer.explain(...args, { mask });
    if (explanation.outcome === 'allowed') {
      result.isAllowed = true;
      result.progresses = true;
      return result;
    }
    const leaf = firstCondition(explanation);
    if (leaf === undefined) return result;
    const given = Object.fromEntries(
      leaf.bindings
        .filter(
          ({ name, value }) => value.startsWith('#') && new RegExp(`(?<![."\\w])${name}\\b`).test(leaf.text),
        )
        .map(({ name, value }) => [name, values[Number(value.slice(1))]]),
    );
    const key = `${leaf.file}:${leaf.line}:${leaf.column}`;
    if (last !== undefined && key !== last) result.progresses = true;
    if (result.count === most) return result;
    if (!(await world.repair(() => holds(authorizer, leaf.text, given)))) return result;
    result.count++;
    last = key;
  }
}

async function holds(
  authorizer: Authorizer,
  text: string,
  bindings: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  try {
    for await (const _ of authorizer.policy.query(text, { bindings, acceptExpression: true })) return true;
    return false;
  } catch (error) {
    if (!isUndecided(error)) throw error;
    return false;
  }
}
