import type { Span } from '../../diagnostics/span.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { DeclaredType, Field } from '../../types/declared-type.js';
import type { UnionName } from '../../types/type-table.js';
import type { Proof } from '../proof.js';
import type { CompiledFunction } from './compiled-function.js';

// A plan describes the work of a specialized function, before a back end turns it into source or closures. A statement either
// ends in success or falls through to the statement after it: that is backtracking. Nothing is undone, because a local is
// assigned once on each path.

/** The plan of one function. */
export interface Plan {
  /** The locals that hold the arguments. */
  readonly params: readonly number[];
  /** The number of locals, including the parameters. */
  readonly locals: number;
  readonly body: Statement;
}

/** A value: a local or a constant. */
export type Operand =
  | { readonly kind: 'local'; readonly local: number }
  | { readonly kind: 'constant'; readonly value: unknown };

export type Statement =
  | { readonly kind: 'succeed' }
  | AnyStatement
  | ReadStatement
  | MethodStatement
  | ArithmeticStatement
  | EachStatement
  | IfStatement
  | CheckStatement
  | { readonly kind: 'not'; readonly proof: Statement; readonly next: Statement }
  /** Runs `next`; when it fails, the whole function fails. */
  | { readonly kind: 'cut'; readonly next: Statement }
  | AgainStatement
  /** Runs `next` unless the local is a promise. Inserted where no other statement reads the local first. */
  | { readonly kind: 'await'; readonly local: number; readonly next: Statement }
  | ExactlyStatement
  | AnswersStatement
  /** Succeeds, and passes the values of the unbound arguments to the caller. */
  | { readonly kind: 'answer'; readonly values: readonly Operand[] }
  | SwitchStatement
  | RecordStatement
  /** `to =` the proof of the call that has just succeeded, then `next`. */
  | { readonly kind: 'receive'; readonly to: number; readonly next: Statement };

/** Runs statements one after another until one succeeds. An empty list fails. */
export interface AnyStatement {
  readonly kind: 'any';
  readonly of: readonly Statement[];
}

export interface IfStatement {
  readonly kind: 'if';
  readonly test: Test;
  readonly next: Statement;
}

/**
 * Runs `next` once `proof` has succeeded. When `next` fails, the rest of `proof` still runs, because it may be undecided or fail with an
 * error, but `next` does not run again.
 */
export interface CheckStatement {
  readonly kind: 'check';
  /** The local in which `proof` records its rules, if it does. */
  readonly records: number | undefined;
  readonly proof: Statement;
  readonly next: Statement;
}

/**
 * Runs `next` for a value that has exactly this type from its class or its mark, or because a read has tested it; and
 * `otherwise` for any other value. Without `otherwise` it bails out.
 */
export interface ExactlyStatement {
  readonly kind: 'exactly';
  readonly value: Operand;
  readonly type: DeclaredType;
  /** Whether the value is nil or a row of this type, because a read has tested it. */
  readonly isTested: boolean;
  readonly next: Statement;
  readonly otherwise: Statement | undefined;
}

/** Runs `next` for each answer of a call until it succeeds. An answer is the values of the unbound arguments. */
export interface AnswersStatement {
  readonly kind: 'answers';
  readonly callee: CompiledFunction;
  readonly args: readonly Operand[];
  /** The locals that get the values. */
  readonly to: readonly number[];
  readonly next: Statement;
}

/** Continues according to the literal that a value equals. Any other value fails. */
export interface SwitchStatement {
  readonly kind: 'switch';
  readonly value: Operand;
  readonly cases: readonly { readonly literal: Literal; readonly next: Statement }[];
}

/** Records the rules of a proof: in a local, or as the proof of the function. */
export interface RecordStatement {
  readonly kind: 'record';
  readonly to: number | undefined;
  /** Proofs that follow each other: constants, and locals that hold a recorded proof. */
  readonly parts: readonly Operand[];
  readonly next: Statement;
}

/** `to = base.name` */
export interface ReadStatement {
  readonly kind: 'read';
  readonly to: number;
  readonly base: Operand;
  readonly name: string;
  /** Whether a pattern reads the attribute: then a missing attribute does not match. */
  readonly inPattern: boolean;
  /** Whether the class of `base` is certain. */
  readonly isExact: boolean;
  /** The declaration of the field, if the type of `base` is known. The value is tested: another one is undecided. */
  readonly field: Field | undefined;
  /** Whether the type of `base` determines at run time how the field is declared. */
  readonly isOpen: boolean;
  /** Whether `next` also runs when the attribute is missing. The alternatives in it that need the attribute test for it. */
  readonly isOptional: boolean;
  /** Locals that may hold promises, and that nothing examines if the attribute is missing. */
  readonly unchecked: readonly number[];
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

/** `to = left operator right` */
export interface ArithmeticStatement {
  readonly kind: 'arithmetic';
  readonly to: number;
  readonly operator: ArithmeticOperator;
  readonly left: Operand;
  readonly right: Operand;
  readonly at: Span;
  readonly next: Statement;
}

/** Runs `next` for each element of a list until it succeeds. */
export interface EachStatement {
  readonly kind: 'each';
  readonly item: number;
  readonly list: Operand;
  /** The declaration of the elements, if it is known. Each element is tested. */
  readonly element: Field | undefined;
  /** Whether the list can be a reference whose field declares its elements. */
  readonly isOpen: boolean;
  readonly at: Span;
  readonly next: Statement;
}

/** Restarts the function with other arguments instead of calling it. */
export interface AgainStatement {
  readonly kind: 'again';
  readonly args: readonly Operand[];
  /** The parts of the proof before the restart, if the function records its proof. */
  readonly proof: readonly Operand[] | undefined;
  /** Restricts the restart to an argument of exactly this type; any other argument makes a call. */
  readonly only:
    | {
        readonly argument: Operand;
        readonly type: DeclaredType;
        readonly isTested: boolean;
        readonly otherwise: CompiledFunction;
      }
    | undefined;
}

export type Test =
  | EqualTest
  | OneOfTest
  | {
      readonly kind: 'order';
      /** `==` and `!=` only in a dialect that has operators of its own. */
      readonly operator: ComparisonOperator;
      readonly left: Operand;
      readonly right: Operand;
      readonly at: Span;
    }
  | {
      readonly kind: 'isa';
      readonly value: Operand;
      readonly type: DeclaredType;
      readonly isTested: boolean;
    }
  | { readonly kind: 'isa-union'; readonly value: Operand; readonly union: UnionName }
  | { readonly kind: 'true'; readonly value: Operand; readonly at: Span }
  /** Tests whether an optional read has found its attribute. */
  | { readonly kind: 'present'; readonly value: Operand }
  | CallTest;

export interface EqualTest {
  readonly kind: 'equal';
  readonly left: Operand;
  readonly right: Operand;
  /** `identity`: `right` is an instance that equals only itself. */
  readonly how: 'identity' | 'any';
  /** A type with a key that one of the values certainly has. */
  readonly rows:
    | {
        readonly type: DeclaredType;
        readonly certain: 'left' | 'right';
        /** Whether that value is certainly a plain object. */
        readonly isPlain: boolean;
        /** The type of the class of which that value is exactly an instance. */
        readonly instance: DeclaredType | undefined;
        /** Whether the other value is nil or a row of this type, because a read has tested it. */
        readonly isTested: boolean;
      }
    | undefined;
  readonly negated: boolean;
  readonly at: Span;
}

export interface OneOfTest {
  readonly kind: 'one-of';
  readonly value: Operand;
  readonly literals: readonly unknown[];
}

export interface CallTest {
  readonly kind: 'call';
  readonly callee: CompiledFunction;
  readonly args: readonly Operand[];
  /** The callee for the class that an argument probably has. */
  readonly likely:
    | {
        readonly argument: Operand;
        readonly type: DeclaredType;
        readonly isTested: boolean;
        readonly callee: CompiledFunction;
      }
    | undefined;
}

export const succeed: Statement = { kind: 'succeed' };
export const fail: Statement = { kind: 'any', of: [] };
export const local = (n: number): Operand => ({ kind: 'local', local: n });
export const constant = (value: unknown): Operand => ({ kind: 'constant', value });

/** Joins neighboring parts of a proof that are known. */
export function joinParts(parts: readonly Operand[]): readonly Operand[] {
  const joined: Operand[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'constant' && last?.kind === 'constant')
      joined[joined.length - 1] = constant((last.value as Proof).followedBy(part.value as Proof));
    else joined.push(part);
  }
  return joined;
}

/** Runs statements one after another. Statements that cannot succeed are dropped. */
export function anyOf(statements: readonly Statement[]): Statement {
  const of = statements.flatMap((s) => (s.kind === 'any' ? s.of : [s]));
  return of.length === 1 ? of[0]! : { kind: 'any', of };
}

export const isFailure = (statement: Statement): boolean =>
  statement.kind === 'any' && statement.of.length === 0;

export const isLocal = (operand: Operand, n: number): boolean =>
  operand.kind === 'local' && operand.local === n;

export type Literal = string | number | boolean | null;

export const isLiteral = (value: unknown): value is Literal =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && !Number.isNaN(value));

export const isNil = (operand: Operand): boolean => operand.kind === 'constant' && operand.value === null;

/** Checks for a constant that `===` compares as a policy does: not an object, a function or NaN. */
export const isLiteralOperand = (operand: Operand): boolean =>
  operand.kind === 'constant' &&
  !(typeof operand.value === 'object' && operand.value !== null) &&
  typeof operand.value !== 'function' &&
  !Number.isNaN(operand.value);
