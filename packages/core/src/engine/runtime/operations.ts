import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';
import type { Dialect } from '../../dialect/dialect.js';
import type { acceptDeclared } from '../../host/declared-value.js';
import type { MemberContext, readMissing } from '../../host/member.js';
import type { Meter } from '../../host/meter.js';
import type { MissingValue } from '../../host/missing-value.js';
import type { TypeSet, PlainTypeSets } from '../../host/plain-type-sets.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { Field } from '../../types/declared-type.js';
import type { PlainTypeTable } from '../../types/plain-type-table.js';
import type { compareValues, EqualityRules } from '../equality.js';
import type { isSameArgument } from '../tabling/argument-identity.js';
import type { createQuestions } from './runtime-questions.js';
import type { MethodSite, ReadSite } from './sites.js';

/** The query that calls an operation. */
export interface RunningQuery extends Meter {
  readonly context: { readonly types: PlainTypeTable; readonly members: MemberContext };
  readonly typeSets: PlainTypeSets;
  /** Ends the query if the value is a promise. */
  await(value: unknown): void;
  typeOf(value: unknown): TypeSet;
  /** Returns a value with its field. Returns `noValue` if it contradicts the declaration. */
  acceptElement(value: unknown, field: Field, at: Span | undefined): unknown;
  /** Makes a call of a method and adds the result to the log. */
  call(base: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown;
  /** Records that the current alternative is undecided. */
  undecide<C extends Code>(code: C, data: () => DataOf<C>, at: Span | undefined): void;
  /** Ends the query with a fault, or records that the current alternative is undecided. */
  noValue(found: MissingValue, at: Span | undefined): void;
}

/** A query that reads attributes. */
export interface ReadingQuery extends RunningQuery {
  /** Whether the code awaits promises of the application; otherwise the query ends at a promise. */
  readonly mayWait: boolean;
  /** The prototypes of the registered classes. */
  readonly registered: ReadonlySet<object>;
  readonly log: { note(receiver: unknown, name: string, result: unknown): void };
  /** Ends a query at a value of another dialect. */
  foreign(): never;
  /** Records that a pattern read a missing attribute. */
  mismatch(name: string, base: unknown, at: Span | undefined): void;
}

/** A query that cannot bail out to the machine. */
export interface StandaloneQuery extends RunningQuery {
  readonly dialect: Dialect;
  /** The elements of iterators, which can be read only once. */
  readonly seen: ReadonlyMap<object, readonly unknown[]> | undefined;
  /** Keeps the elements of an iterator. */
  keep(iterator: object, found: readonly unknown[]): void;
  /** Ends the query at a promise. */
  met(promise: PromiseLike<unknown>): never;
  /** Records that a value has no elements. */
  notIterable(value: unknown, at: Span | undefined): readonly unknown[];
  /** Wraps an error of the application. */
  attributed(error: unknown, source: string, at: Span | undefined): unknown;
}

/** The operations of compiled code that only some policies need. A precompiled policy imports those that its code calls. */
export interface Operations {
  /** Calls a method of an application's object or of a built-in value. Returns `noValue` if it is undecided. */
  readonly runMethod: (
    query: RunningQuery,
    base: unknown,
    site: MethodSite,
    args: readonly unknown[],
    at: Span | undefined,
  ) => unknown;
  /** Compares two values with `<`, `<=`, `>` or `>=`. */
  readonly orderValues: (
    query: RunningQuery,
    operator: ComparisonOperator,
    left: unknown,
    right: unknown,
    at: Span | undefined,
  ) => boolean;
  /** Computes a number. Returns `noValue` if it is undecided. */
  readonly compute: (
    query: RunningQuery,
    operator: ArithmeticOperator,
    left: unknown,
    right: unknown,
    at: Span | undefined,
  ) => unknown;
  /** Creates the questions of a query, where rules are recursive. */
  readonly createQuestions: typeof createQuestions;
  /** Returns whether two values are the same argument of a question. */
  readonly isSameArgument: typeof isSameArgument;
  /** Tests a value of a declared field, where types declare fields or relations. */
  readonly acceptDeclared: typeof acceptDeclared;
}

/** The operations of code that cannot bail out to the machine. */
export interface StandaloneOperations extends Operations, EqualityRules {
  /** Reads an attribute that cannot be read inline. Returns `noValue` if it is undecided. */
  readonly readValue: (
    query: ReadingQuery,
    base: unknown,
    site: ReadSite,
    seen: unknown,
    at: Span | undefined,
  ) => unknown;
  /** Returns the value of an attribute that is missing: `nil` for an optional field, or the reason why there is none. */
  readonly readMissing: typeof readMissing;
  /** Compares two values. */
  readonly compareValues: typeof compareValues;
  /** Returns the elements of a value that is not a list. */
  readonly readElements: (query: StandaloneQuery, value: unknown, at: Span | undefined) => readonly unknown[];
}
