import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';

/** The rows that a check can read at one place: the resource, or the rows of a relation of another such place. */
export class ReadRows {
  readonly related = new Map<string, ReadRows>();

  constructor(
    readonly id: number,
    readonly type: DeclaredType,
    readonly relation: Relation | undefined,
    readonly from: ReadRows | undefined,
  ) {}

  get areMany(): boolean {
    return this.relation !== undefined && this.relation.kind !== 'one';
  }

  /** Returns how often the path to these rows follows a relation. */
  countOf(relation: Relation): number {
    return (this.relation === relation ? 1 : 0) + (this.from?.countOf(relation) ?? 0);
  }
}

/** The values that a variable can have. */
export interface PossibleValues {
  readonly rows: ReadonlySet<ReadRows>;
  /** Texts, numbers and booleans of the policy. */
  readonly literals: ReadonlySet<unknown>;
  /** Whether the variable can have a value that is neither of these. */
  readonly hasOthers: boolean;
  /** Whether the variable can have no value yet. */
  readonly isUnbound: boolean;
}

const none: ReadonlySet<never> = new Set<never>();

export const unbound: PossibleValues = { rows: none, literals: none, hasOthers: false, isUnbound: true };
export const others: PossibleValues = { rows: none, literals: none, hasOthers: true, isUnbound: false };

export const literal = (value: unknown): PossibleValues => ({
  ...others,
  literals: new Set([value]),
  hasOthers: false,
});

export const rowsOf = (rows: Iterable<ReadRows>): PossibleValues => ({
  ...others,
  rows: new Set(rows),
  hasOthers: false,
});

/** Returns the values of all of these. */
export const eitherOf = (values: readonly PossibleValues[]): PossibleValues =>
  values.length === 1
    ? values[0]!
    : {
        rows: new Set(values.flatMap(({ rows }) => [...rows])),
        literals: new Set(values.flatMap(({ literals }) => [...literals])),
        hasOthers: values.some(({ hasOthers }) => hasOthers),
        isUnbound: values.some(({ isUnbound }) => isUnbound),
      };

/** Returns whether two values can be equal. Only two literals are certainly different. */
export const mayBeSame = (left: PossibleValues, right: PossibleValues): boolean =>
  !isLiteral(left) || !isLiteral(right) || [...left.literals].some((value) => right.literals.has(value));

const isLiteral = ({ rows, hasOthers, isUnbound }: PossibleValues): boolean =>
  rows.size === 0 && !hasOthers && !isUnbound;

/** Returns a text that is equal for equal sets of values. */
export function keyOfValues({ rows, literals, hasOthers, isUnbound }: PossibleValues): string {
  const ids = [...rows].map(({ id }) => id).sort((a, b) => a - b);
  const texts = [...literals].map((value) => `${typeof value} ${JSON.stringify(value)}`).sort();
  return JSON.stringify([ids, texts, hasOthers, isUnbound]);
}
