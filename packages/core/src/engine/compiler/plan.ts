import type { Span } from '../../diagnostics/span.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { TypeSet } from '../../host/type-set.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { UnionName } from '../../types/type-table.js';
import type { CompiledFunction } from './compiled-function.js';

// What a specialised function does, before it is source or closures. A statement either ends in success, or falls through to
// what stands after it: that is backtracking. Nothing is undone, since a local is assigned once on each path.

/** A value: a local, or one that is known. */
export type Operand =
  | { readonly kind: 'local'; readonly local: number }
  | { readonly kind: 'constant'; readonly value: unknown };

export type Statement =
  | { readonly kind: 'succeed' }
  /** One after the other, until one succeeds. Of none: failure. */
  | { readonly kind: 'any'; readonly of: readonly Statement[] }
  | ReadStatement
  | MethodStatement
  | ArithmeticStatement
  | EachStatement
  | { readonly kind: 'if'; readonly test: Test; readonly next: Statement }
  /**
   * `next`, once `proof` has succeeded. When `next` fails, what is left of `proof` is gone through all the same, as it may be undecided
   * or go wrong; but `next` is not asked again.
   */
  | { readonly kind: 'check'; readonly proof: Statement; readonly next: Statement }
  | { readonly kind: 'not'; readonly proof: Statement; readonly next: Statement }
  /** `next`; when it fails so does the whole function. */
  | { readonly kind: 'cut'; readonly next: Statement }
  | AgainStatement
  /** `next`, unless the local is a promise: it is not the next thing that is looked at, so it is looked at here. */
  | { readonly kind: 'await'; readonly local: number; readonly next: Statement }
  /** `next` for an instance of exactly this class; anything else is the machine's, or what `otherwise` says. */
  | {
      readonly kind: 'exactly';
      readonly value: Operand;
      readonly type: DeclaredType;
      readonly next: Statement;
      readonly otherwise: Statement | undefined;
    }
  | ByTypeStatement;

/** Goes on by the types of a value. A value of other types that are known to occur fails. */
export interface ByTypeStatement {
  readonly kind: 'by-type';
  readonly value: Operand;
  readonly cases: readonly { readonly types: readonly TypeSet[]; readonly next: Statement }[];
}

/** `to = base.name` */
export interface ReadStatement {
  readonly kind: 'read';
  readonly to: number;
  readonly base: Operand;
  readonly name: string;
  /** A pattern asks: what is missing does not match. */
  readonly inPattern: boolean;
  /** Whether the class of `base` is known for certain. */
  readonly isExact: boolean;
  /** The declared type of the field, where something follows from it for plain rows. */
  readonly field: FieldType | undefined;
  /** The same, where it is to be noted when it is read. */
  readonly tag: FieldType | undefined;
  readonly at: Span;
  readonly next: Statement;
}
/** `to = base.name(…args)` */
export interface MethodStatement {
  readonly kind: 'method';
  readonly to: number;
  readonly base: Operand;
  readonly name: string;
  readonly args: readonly Operand[];
  readonly at: Span;
  readonly next: Statement;
}
export interface ArithmeticStatement {
  readonly kind: 'arithmetic';
  readonly to: number;
  readonly operator: ArithmeticOperator;
  readonly left: Operand;
  readonly right: Operand;
  readonly at: Span;
  readonly next: Statement;
}
/** `next` for each element of the list, until it succeeds. */
export interface EachStatement {
  readonly kind: 'each';
  readonly item: number;
  readonly list: Operand;
  readonly tag: FieldType | undefined;
  readonly at: Span;
  readonly next: Statement;
}
/** The function once more, with other arguments, in place of what is left of it. */
export interface AgainStatement {
  readonly kind: 'again';
  readonly args: readonly Operand[];
  /** Only while an argument is of exactly this type; otherwise it is a call. */
  readonly only:
    | { readonly argument: Operand; readonly type: DeclaredType; readonly otherwise: CompiledFunction }
    | undefined;
}

export type Test =
  | EqualTest
  | { readonly kind: 'one-of'; readonly value: Operand; readonly literals: readonly unknown[] }
  | {
      readonly kind: 'order';
      readonly operator: Exclude<ComparisonOperator, '==' | '!='>;
      readonly left: Operand;
      readonly right: Operand;
      readonly at: Span;
    }
  | { readonly kind: 'isa'; readonly value: Operand; readonly type: DeclaredType }
  | { readonly kind: 'isa-union'; readonly value: Operand; readonly union: UnionName }
  | { readonly kind: 'true'; readonly value: Operand; readonly at: Span }
  | CallTest;

export interface EqualTest {
  readonly kind: 'equal';
  readonly left: Operand;
  readonly right: Operand;
  /** `identity`: `right` is an instance that equals only itself. */
  readonly how: 'identity' | 'any';
  readonly negated: boolean;
  readonly at: Span;
}
export interface CallTest {
  readonly kind: 'call';
  readonly callee: CompiledFunction;
  readonly args: readonly Operand[];
  /** Where the class of an argument is likely known: the callee for it. */
  readonly likely:
    | { readonly argument: Operand; readonly type: DeclaredType; readonly callee: CompiledFunction }
    | undefined;
}

export const succeed: Statement = { kind: 'succeed' };
export const fail: Statement = { kind: 'any', of: [] };
export const local = (n: number): Operand => ({ kind: 'local', local: n });
export const constant = (value: unknown): Operand => ({ kind: 'constant', value });

/** One after the other; what cannot succeed is left out. */
export function anyOf(statements: readonly Statement[]): Statement {
  const of = statements.flatMap((s) => (s.kind === 'any' ? s.of : [s]));
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

export const isFailure = (statement: Statement): boolean =>
  statement.kind === 'any' && statement.of.length === 0;

/** A check of which nothing follows is what it checks. */
export function simplified(statement: Statement): Statement {
  switch (statement.kind) {
    case 'any':
      return anyOf(statement.of.map(simplified));
    case 'check': {
      const proof = simplified(statement.proof);
      const then = simplified(statement.next);
      return then.kind === 'succeed' ? proof : { ...statement, proof, next: then };
    }
    default:
      return withNext(statement, simplified);
  }
}

/** The same statement, with what stands in it and after it changed. */
function withNext(statement: Statement, change: (next: Statement) => Statement): Statement {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return statement;
    case 'any':
      return { ...statement, of: statement.of.map(change) };
    case 'check':
    case 'not':
      return { ...statement, proof: change(statement.proof), next: change(statement.next) };
    case 'exactly':
      return {
        ...statement,
        next: change(statement.next),
        otherwise: statement.otherwise && change(statement.otherwise),
      };
    case 'by-type':
      return {
        ...statement,
        cases: statement.cases.map(({ types, next }) => ({ types, next: change(next) })),
      };
    default:
      return { ...statement, next: change(statement.next) };
  }
}

/** Makes a loop of a function that ends in calling itself: a tree of folders is no tree of calls. */
export function looped(statement: Statement, fn: CompiledFunction): Statement {
  switch (statement.kind) {
    case 'any': {
      const last = statement.of.at(-1);
      return last === undefined
        ? statement
        : { ...statement, of: [...statement.of.slice(0, -1), looped(last, fn)] };
    }
    case 'if': {
      const { test, next: then } = statement;
      if (test.kind === 'call' && then.kind === 'succeed') {
        const { callee, args, likely } = test;
        if (callee === fn) return { kind: 'again', args, only: undefined };
        if (likely?.callee === fn)
          return {
            kind: 'again',
            args,
            only: { argument: likely.argument, type: likely.type, otherwise: callee },
          };
      }
      // What else the call has to try comes after the rest.
      return test.kind === 'call' ? statement : { ...statement, next: looped(then, fn) };
    }
    case 'check':
      return isOver(statement.proof) && successes(statement.proof) === 1
        ? { ...statement, next: looped(statement.next, fn) }
        : statement;
    case 'read':
    case 'method':
    case 'arithmetic':
    case 'not':
    case 'exactly':
    case 'cut':
    case 'await':
      return { ...statement, next: looped(statement.next, fn) };
    case 'each':
    case 'succeed':
    case 'again':
    case 'by-type':
      return statement;
  }
}

/** Whether nothing is left to be tried once a statement has succeeded. */
export function isOver(statement: Statement): boolean {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return true;
    case 'any':
      return statement.of.length === 0 || (statement.of.length === 1 && isOver(statement.of[0]!));
    case 'each':
      return false;
    case 'if':
      return statement.test.kind !== 'call' && isOver(statement.next);
    case 'check':
      return isOver(statement.proof) && isOver(statement.next);
    case 'exactly':
      return isOver(statement.next) && (statement.otherwise === undefined || isOver(statement.otherwise));
    case 'by-type':
      return statement.cases.every(({ next }) => isOver(next));
    default:
      return isOver(statement.next);
  }
}

/** How many places a statement may succeed in. */
export function successes(statement: Statement): number {
  switch (statement.kind) {
    case 'succeed':
      return 1;
    case 'again':
      return 0;
    case 'any':
      return sum(statement.of, successes);
    case 'check':
      return successes(statement.proof) * successes(statement.next);
    case 'exactly':
      return (
        successes(statement.next) + (statement.otherwise === undefined ? 0 : successes(statement.otherwise))
      );
    case 'by-type':
      return sum(statement.cases, ({ next }) => successes(next));
    default:
      return successes(statement.next);
  }
}

/** How much code a statement is, roughly. */
export function sizeOf(statement: Statement): number {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return 1;
    case 'any':
      return sum(statement.of, sizeOf);
    case 'check':
      return sizeOf(statement.proof) + successes(statement.proof) * sizeOf(statement.next);
    case 'not':
      return 1 + sizeOf(statement.proof) + sizeOf(statement.next);
    case 'exactly':
      return (
        1 + sizeOf(statement.next) + (statement.otherwise === undefined ? 0 : sizeOf(statement.otherwise))
      );
    case 'by-type':
      return sum(statement.cases, ({ next }) => 1 + sizeOf(next));
    default:
      return 1 + sizeOf(statement.next);
  }
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** Whether a cut stands in a statement. */
export function hasCut(statement: Statement): boolean {
  switch (statement.kind) {
    case 'succeed':
    case 'again':
      return false;
    case 'any':
      return statement.of.some(hasCut);
    case 'cut':
      return true;
    case 'exactly':
      return hasCut(statement.next) || (statement.otherwise !== undefined && hasCut(statement.otherwise));
    case 'by-type':
      return statement.cases.some(({ next }) => hasCut(next));
    default:
      // A cut in a proof of its own is declined.
      return hasCut(statement.next);
  }
}

/**
 * Looks at what may be a promise as soon as the machine waits for it: when it is read, or handed to a rule. Most of the time
 * that is what the next test does anyway.
 */
export function noticing(statement: Statement, params: readonly number[]): Statement {
  return params.reduceRight((then, param) => noticingLocal(param, then), noticingReads(statement));
}

const noticingLocal = (n: number, then: Statement): Statement =>
  looksAt(then, n) ? then : { kind: 'await', local: n, next: then };

function noticingReads(statement: Statement): Statement {
  switch (statement.kind) {
    case 'read':
      return { ...statement, next: noticingLocal(statement.to, noticingReads(statement.next)) };
    case 'each':
      return { ...statement, next: noticingLocal(statement.item, noticingReads(statement.next)) };
    default:
      return withNext(statement, noticingReads);
  }
}

/** Whether a statement looks at a local before it can succeed, fail, or call the application. */
function looksAt(statement: Statement, n: number): boolean {
  const is = (operand: Operand): boolean => operand.kind === 'local' && operand.local === n;
  switch (statement.kind) {
    case 'any':
      return statement.of.length > 0 && looksAt(statement.of[0]!, n);
    case 'read':
      // A read that finds nothing is undecided: then the machine is asked anyway, unless something else grants.
      return is(statement.base) || (!statement.inPattern && looksAt(statement.next, n));
    case 'method':
      return is(statement.base) || statement.args.some(is);
    case 'arithmetic':
      return is(statement.left) || is(statement.right) || looksAt(statement.next, n);
    case 'each':
      return is(statement.list);
    case 'if':
      return testLooksAt(statement.test, is);
    case 'check':
    case 'not':
      return looksAt(statement.proof, n);
    case 'cut':
      return looksAt(statement.next, n);
    case 'await':
      return statement.local === n || looksAt(statement.next, n);
    case 'exactly':
    case 'by-type':
      return is(statement.value);
    case 'again':
      return statement.args.some(is);
    case 'succeed':
      return false;
  }
}

function testLooksAt(test: Test, is: (operand: Operand) => boolean): boolean {
  switch (test.kind) {
    case 'equal':
      return is(test.left) !== is(test.right);
    case 'order':
      return is(test.left) || is(test.right);
    case 'one-of':
    case 'isa':
    case 'isa-union':
    case 'true':
      return is(test.value);
    case 'call':
      // Functions look at their arguments.
      return test.args.some(is);
  }
}

/** Whether all that is done with a local is to go through it. */
export function isOnlyIterated(statement: Statement, n: number): boolean {
  const isOther = (operand: Operand): boolean => operand.kind !== 'local' || operand.local !== n;
  switch (statement.kind) {
    case 'succeed':
      return true;
    case 'any':
      return statement.of.every((s) => isOnlyIterated(s, n));
    case 'read':
      return isOther(statement.base) && isOnlyIterated(statement.next, n);
    case 'method':
      return [statement.base, ...statement.args].every(isOther) && isOnlyIterated(statement.next, n);
    case 'arithmetic':
      return isOther(statement.left) && isOther(statement.right) && isOnlyIterated(statement.next, n);
    case 'if':
      return operandsOf(statement.test).every(isOther) && isOnlyIterated(statement.next, n);
    case 'check':
    case 'not':
      return isOnlyIterated(statement.proof, n) && isOnlyIterated(statement.next, n);
    case 'exactly':
      return (
        isOther(statement.value) &&
        isOnlyIterated(statement.next, n) &&
        (statement.otherwise === undefined || isOnlyIterated(statement.otherwise, n))
      );
    case 'by-type':
      return isOther(statement.value) && statement.cases.every(({ next }) => isOnlyIterated(next, n));
    case 'again':
      return statement.args.every(isOther);
    case 'each':
    case 'cut':
    case 'await':
      return isOnlyIterated(statement.next, n);
  }
}

function operandsOf(test: Test): readonly Operand[] {
  switch (test.kind) {
    case 'equal':
    case 'order':
      return [test.left, test.right];
    case 'call':
      return test.args;
    default:
      return [test.value];
  }
}
