import { Dict as PolarDict } from '@nanook/core/compat';
import { isObj, type obj } from './any-value.js';
import type { Relation } from './relation.js';

/** A dictionary of a policy. */
export interface Dict {
  [key: string]: unknown;
}

// The type is written out, so that the declarations of this package name no other package and also compile with TypeScript 4.
export const Dict: new (entries?: object) => Dict = PolarDict;

/** A class that `new` accepts. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of any construction
export type Class<T = unknown> = new (...args: any[]) => T;

export type { obj };

/** Returns whether two values are equal. */
export type EqualityFn = (x: unknown, y: unknown) => boolean;

// oxlint-disable-next-line typescript/no-explicit-any -- the class of an error of the application
export type CustomError = new (...args: any[]) => Error;

/** Options of `new Oso(…)`. */
export interface Options {
  /** The equality of instances for `=`, `==` and `!=`. Default: `defaultEqualityFn`. */
  equalityFn?: EqualityFn;
  /** The class of the error for a resource that the actor may not read. Default: `NotFoundError`. */
  notFoundError?: CustomError;
  /** The class of the error for an action that is not allowed. Default: `ForbiddenError`. */
  forbiddenError?: CustomError;
  /** The action that an actor must be allowed for a resource to exist for the actor. Default `"read"`. */
  readAction?: unknown;
  /**
   * `true`: Nanook's meaning of the policy instead of oso's, in which an error is never lost. The differences are listed in
   * `docs/reference/differences.md`.
   */
  strict?: boolean;
  /**
   * `true`: a policy may access every member of every value, as in oso. It can then run any code, so load only policies that you trust
   * like your own code.
   */
  unsafeHostAccess?: boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a value of any type
export type IsaCheck = (instance: any) => boolean;

/** Options of `registerClass`. */
export interface ClassParams {
  /** The name of the class in policies. Default: the name of the class. */
  name?: string;
  /** The types of fields, for data filtering. A relation is loaded by the adapter when a policy reads it. */
  fields?: obj<Class | Relation> | Map<string, Class | Relation>;
  /** Returns whether a value whose own class is not registered is an instance. Default: `instanceof`. */
  isaCheck?: IsaCheck;
}

/** A value with its class, or `null` or `undefined`, which have none. */
export type NullishOrHasConstructor = { constructor: Class } | null | undefined;

export interface UserTypeParams<Type extends Class> {
  name: string;
  cls: Type;
  fields: Map<string, Class | Relation>;
  id: number;
  isaCheck: IsaCheck;
}

/** A registered class. */
// oxlint-disable-next-line typescript/no-explicit-any -- a class of any construction
export class UserType<Type extends Class<T>, T = any> {
  name: string;
  cls: Type;
  id: number;
  fields: Map<string, Class | Relation>;
  isaCheck: IsaCheck;

  constructor({ name, cls, id, fields, isaCheck }: UserTypeParams<Type>) {
    this.name = name;
    this.cls = cls;
    this.fields = fields;
    this.id = id;
    this.isaCheck = isaCheck;
  }
}

/** The registered classes, by class and by name. */
// oxlint-disable-next-line typescript/no-explicit-any -- classes of any construction
export type HostTypes = Map<string | Class, UserType<any>>;

export type PolarComparisonOperator = 'Eq' | 'Geq' | 'Gt' | 'Leq' | 'Lt' | 'Neq';

const comparisonOperators = { Eq: true, Geq: true, Gt: true, Leq: true, Lt: true, Neq: true };

/** Returns whether a text is the name of an operator that compares two values. */
export const isPolarComparisonOperator = (s: string): s is PolarComparisonOperator =>
  s in comparisonOperators;

export type PolarOperator =
  | PolarComparisonOperator
  | 'Add'
  | 'And'
  | 'Assign'
  | 'Cut'
  | 'Debug'
  | 'Div'
  | 'Dot'
  | 'ForAll'
  | 'In'
  | 'Isa'
  | 'Mod'
  | 'Mul'
  | 'New'
  | 'Not'
  | 'Or'
  | 'Print'
  | 'Rem'
  | 'Sub'
  | 'Unify';

/** The results of a query, one at a time. Each has the values of the variables by name. */
export type QueryResult = AsyncGenerator<Map<string, unknown>, void, undefined | void>;

/** Options of `query` and `queryRule`. */
export interface QueryOpts {
  /** Whether a result may have a constraint in the place of a value. Default `false`. */
  acceptExpression?: boolean;
  /** Values of variables, by name. */
  bindings?: Map<string, unknown>;
}

/** The options of a `Host`. */
export interface HostOpts {
  /** Whether a result may have a constraint in the place of a value. */
  acceptExpression: boolean;
  /** The equality of instances for `=`, `==` and `!=`. */
  equalityFn: EqualityFn;
}

/** A value in the form in which oso passes it to its engine. */
export interface PolarTerm {
  value: PolarValue;
}

/** The fields of a dictionary or of a pattern. */
export interface PolarFields {
  fields: Map<string, PolarTerm>;
}

/** The value of a term, under the name of its kind. */
export type PolarValue =
  | { Boolean: boolean }
  | { Number: { Integer: number } | { Float: number | string } }
  | { String: string }
  | { List: PolarTerm[] }
  | { Dictionary: PolarFields }
  | { Call: { name: string; args: PolarTerm[] } }
  | { Variable: string }
  | { Expression: { operator: PolarOperator; args: PolarTerm[] } }
  | { Pattern: { Dictionary: PolarFields } | { Instance: { tag: string; fields: PolarFields } } }
  | { ExternalInstance: ExternalInstance };

/** A value of the application, which the host keeps under a number. */
export interface ExternalInstance {
  instance_id: number;
  constructor: undefined;
  repr: string;
  class_repr: string | undefined;
  class_id: number | undefined;
}

/** Returns whether a value has a member. Primitive values other than functions have none. */
const has = (x: unknown, member: symbol): boolean =>
  ((typeof x === 'object' && x !== null) || typeof x === 'function') && member in x;

export const isIterable = (x: unknown): x is Iterable<unknown> => has(x, Symbol.iterator);

export const isAsyncIterable = (x: unknown): x is AsyncIterable<unknown> => has(x, Symbol.asyncIterator);

/** Returns whether a value can be iterated and is its own iterator, as a generator. */
export const isIterableIterator = (x: unknown): x is IterableIterator<unknown> =>
  typeof (x as { next?: unknown } | null | undefined)?.next === 'function' && isIterable(x);

/** Returns a guard for values of terms of one kind. */
const guard =
  <Kind extends string>(kind: Kind) =>
  (v: PolarValue): v is Extract<PolarValue, Record<Kind, unknown>> =>
    (v as Record<string, unknown>)[kind] !== undefined;

export const isPolarStr = guard('String');
export const isPolarNum = guard('Number');
export const isPolarBool = guard('Boolean');
export const isPolarList = guard('List');
export const isPolarDict = guard('Dictionary');
export const isPolarPredicate = guard('Call');
export const isPolarVariable = guard('Variable');
export const isPolarInstance = guard('ExternalInstance');
export const isPolarExpression = guard('Expression');
export const isPolarPattern = guard('Pattern');

const guards = [
  isPolarStr,
  isPolarNum,
  isPolarBool,
  isPolarList,
  isPolarDict,
  isPolarPredicate,
  isPolarVariable,
  isPolarInstance,
  isPolarExpression,
  isPolarPattern,
];

/** Returns whether a value is a term of any kind. */
export const isPolarTerm = (v: unknown): v is PolarTerm =>
  isObj(v) && isObj(v['value']) && guards.some((isKind) => isKind(v['value'] as PolarValue));

/** The kinds of events of the engine of oso. */
export enum QueryEventKind {
  Debug,
  Done,
  ExternalCall,
  ExternalIsa,
  ExternalIsaWithPath,
  ExternalIsSubspecializer,
  ExternalIsSubclass,
  ExternalOp,
  MakeExternal,
  NextExternal,
  Result,
}

/** An event of the engine of oso. */
export interface QueryEvent {
  kind: QueryEventKind;
  data?: obj;
}
