import type { Goal } from '../ir/goal.js';
import type { Column, Computed, RelationStep, Scope } from '../filter/condition.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';

// Values of partial evaluation. A known value is a plain value of the application; every other value is an `Unknown`.

/** A value that depends on the row, or a part of the policy that can contain one. */
export abstract class Unknown {}

/** A row that exists, whose fields are columns. It is of its declared type if nothing else gives it a type, as a related row is. */
export class RowValue extends Unknown {
  constructor(readonly scope: Scope) {
    super();
  }
}

/** A row that certainly is of its type. */
export class TypedRowValue extends RowValue {}

/** The actor of a condition for every actor of a type. It is a row, and the same one in the whole condition. */
export class ActorValue extends TypedRowValue {}

/** The row to which a relation to one row leads; `nil` for a row without a related row. */
export class ReferenceValue extends Unknown {
  constructor(
    readonly from: Scope,
    readonly relation: Relation,
  ) {
    super();
  }
}

/** The rows to which a relation to several rows leads. */
export class CollectionValue extends Unknown {
  constructor(
    readonly from: Scope,
    readonly relation: Relation,
  ) {
    super();
  }
}

/** The number of the rows to which a relation to several rows leads. */
export class CountValue extends Unknown {
  constructor(readonly step: RelationStep) {
    super();
  }
}

/** The value of a column of a row. */
export class ColumnValue extends Unknown {
  constructor(readonly column: Column) {
    super();
  }
}

/** A text that a method makes of the text in a column. It is not `nil`. */
export abstract class MadeTextValue extends Unknown {
  constructor(readonly column: Column) {
    super();
  }
}

/** The text of a column in lower case. */
export class LowerCaseValue extends MadeTextValue {}

/** The text of a column between two known texts. */
export class JoinedTextValue extends MadeTextValue {
  constructor(
    readonly before: string,
    column: Column,
    readonly after: string,
  ) {
    super(column);
  }
}

/** The result of arithmetic on columns of rows. It is a number. */
export class ComputedValue extends Unknown {
  constructor(readonly number: Computed) {
    super();
  }
}

/** The list in a column of a row. */
export class ListColumnValue extends Unknown {
  constructor(readonly column: Column) {
    super();
  }
}

/** An object of JSON in a column of a row, whose members have declared types. It can be `nil`. */
export class JsonValue extends Unknown {
  constructor(
    readonly column: Column,
    readonly type: DeclaredType,
  ) {
    super();
  }
}

/** A list or a dictionary of the policy with unknown values in it. */
export class ListValue extends Unknown {
  constructor(
    readonly items: readonly unknown[],
    readonly rest: Cell | undefined,
  ) {
    super();
  }
}
export class DictionaryValue extends Unknown {
  constructor(
    readonly keys: readonly string[],
    readonly values: readonly unknown[],
  ) {
    super();
  }
}

/** A variable of the policy. */
export class Cell extends Unknown {
  /** The goals that wait until the variable has a value. */
  waiting: readonly WaitingGoal[] = [];

  value: unknown = unbound;

  constructor(readonly name: string) {
    super();
  }

  /** Returns a variable whose value is `undefined`. A slot that holds `undefined` itself has no value. */
  static ofUndefined(): Cell {
    const cell = new Cell('_');
    cell.value = undefined;
    return cell;
  }
}

export interface WaitingGoal {
  readonly goal: Goal;
  readonly frame: Frame;
}

/** The variables of a rule that is evaluated, by slot. */
export interface Frame {
  readonly slots: unknown[];
  readonly names: readonly string[];
  /** The name of the rule. */
  readonly rule: string;
  /** The number of times that the rule mentions each variable. */
  readonly occurrences: ReadonlyMap<number, number>;
  /** The number of conditions under which the rule was called. */
  readonly conditions: number;
  /** The number of choices between alternatives that were being followed when the rule was called. */
  readonly choices: number;
}

export const unbound: unique symbol = Symbol('unbound');

/** Returns whether a value of the policy has unknown parts. */
export const isUnknown = (value: unknown): value is Unknown => value instanceof Unknown;

/** Describes an unknown value for an error. */
export function describeUnknown(value: Unknown): string {
  if (value instanceof ColumnValue || value instanceof ListColumnValue)
    return `the column \`${value.column.field}\``;
  if (value instanceof JsonValue) return `the JSON \`${value.column.field}\``;
  if (value instanceof ComputedValue) return 'the result of arithmetic on columns';
  if (value instanceof LowerCaseValue) return `the column \`${value.column.field}\` in lower case`;
  if (value instanceof JoinedTextValue)
    return `the column \`${value.column.field}\` joined with a known text`;
  if (value instanceof RowValue) return `a row of \`${value.scope.type.name}\``;
  if (value instanceof ReferenceValue) return `a row of \`${value.relation.type}\``;
  if (value instanceof CollectionValue) return `the related rows \`${value.relation.name}\``;
  if (value instanceof CountValue) return `the number of the related rows \`${value.step.relation.name}\``;
  if (value instanceof Cell) return `the variable \`${value.name}\`, which has no value yet`;
  return 'a list or dictionary with rows in it';
}
