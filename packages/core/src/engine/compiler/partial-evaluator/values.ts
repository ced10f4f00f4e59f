import type { Goal } from '../../../ir/goal.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import { anything, type KnownArgument } from '../compiled-function.js';
import { identityOfConstant } from '../identity.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import { constant, local, type Operand } from '../plan.js';

/** A value as far as it is known while a plan is built. */
export type Value =
  | LocalValue
  | { readonly kind: 'constant'; readonly value: unknown }
  /** One of several literals, until a test determines which. */
  | { readonly kind: 'one-of'; readonly literals: readonly unknown[] };

export interface LocalValue {
  readonly kind: 'local';
  readonly local: number;
  readonly known: KnownArgument;
  /** The type that it probably has. It decides which code is tried first, never the result. */
  readonly likely: DeclaredType | undefined;
  /** The declaration of the field that it was read from, if it is known. The read has tested the value. */
  readonly field: Field | undefined;
  /** The type of the application that it certainly has, unless it is nil. */
  readonly of: DeclaredType | undefined;
}

/** A variable of a rule while a plan is built: it is bound to a value, or to another variable, or to neither. */
export interface Cell {
  value: Value | undefined;
  same: Cell | undefined;
  /** Whether it was passed to a rule or unified with another variable before it had a value; `:=` is an error then. */
  isAliased: boolean;
  /** The types that are required of its value once it has one. */
  isa: readonly IsaGoal[];
}

export type IsaGoal = Extract<Goal, { kind: 'isa' }>;

/** The variables of a rule, by slot. */
export type Cells = readonly Cell[];

export const bound = (value: Value): Cell => ({ value, same: undefined, isAliased: true, isa: [] });

export const newCells = (size: number): Cell[] =>
  Array.from({ length: size }, () => ({ value: undefined, same: undefined, isAliased: false, isa: [] }));

export const unknownLocal = (n: number): LocalValue => ({
  kind: 'local',
  local: n,
  known: anything,
  likely: undefined,
  field: undefined,
  of: undefined,
});

/** Returns whether a value is nil or a row of this type alone, because the read has tested it. */
export const isTestedRow = (linker: Linker, { field, of }: LocalValue, type: DeclaredType): boolean =>
  field?.type.kind === 'named' &&
  field.type.name === type.name &&
  of === type &&
  type.class === undefined &&
  linker.testsTypes(type);

/** Follows variables that are bound to each other. */
export function resolved(cell: Cell): Cell {
  let at = cell;
  while (at.same !== undefined) at = at.same;
  return at;
}

export const valueIn = (cell: Cell): Value | undefined => resolved(cell).value;

/** Thrown where one of several literals is used in a way that depends on which one it is. */
export const ambiguousLiteral = new NotCompilable('one of several literals');

export const unboundUsed = 'an unbound variable in a condition';

/** @throws {NotCompilable} for one of several literals */
export function operandOf(value: Value): Operand {
  switch (value.kind) {
    case 'local':
      return local(value.local);
    case 'constant':
      return constant(value.value);
    case 'one-of':
      throw ambiguousLiteral;
  }
}

/** Returns a key that is equal only for values that are certainly the same. */
export function identityOf(value: Value): string {
  switch (value.kind) {
    case 'local':
      return `$${value.local}`;
    case 'constant':
      return identityOfConstant(value.value);
    case 'one-of':
      return value.literals.map((literal) => `${typeof literal}:${String(literal)}`).join('|');
  }
}

export function identityIn(cell: Cell): string {
  const value = valueIn(cell);
  return value === undefined ? '_' : identityOf(value);
}

/** Checks for a member that the machine refuses or handles itself. */
export const isReservedMember = (name: string): boolean => name in Object.prototype || name === 'prototype';
