import type { Code, DataOf } from '../../diagnostics/codes.js';
import { PolarError } from '../../diagnostics/polar-error.js';
import { acceptDeclared } from '../../host/declared-value.js';
import type { Span } from '../../diagnostics/span.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import { QueryVariable } from '../../terms/query-variable.js';
import { equalityRules } from '../equality-rules.js';
import { compareAsRows, compareValues } from '../equality.js';
import { compute } from './compute.js';
import type { Operations } from './operations.js';
import { isPlainSet } from './inline-access.js';
import { orderValues } from './order-values.js';
import { readValue } from './read-value.js';
import { raw } from '../../host/reference.js';
import type { Reasons } from './reasons.js';
import { runMethod } from './run-method.js';
import { Runtime, type RuntimeContext } from './runtime.js';
import { isSameArgument } from '../tabling/argument-identity.js';
import { createQuestions } from './runtime-questions.js';
import type { ReadSite } from './sites.js';
import { caseByTypes, type TypeCases } from './type-cases.js';

/** Thrown when the machine must run the query: at a promise, an error, or a rule that is not compiled. A symbol costs less than an `Error`. */
export const bailout: unique symbol = Symbol('bailout');

/** Bails out to the machine on any error, so that the machine reports it with its position in the policy (decision 0007). */
export class BailoutRuntime extends Runtime {
  protected override readonly operations: Operations = {
    runMethod,
    orderValues,
    compute,
    createQuestions,
    isSameArgument,
    acceptDeclared,
  };

  readonly rules = equalityRules;

  constructor(
    context: RuntimeContext,
    registered: ReadonlySet<object>,
    override readonly reasons: Reasons | undefined,
    mayWait = false,
  ) {
    super(context, registered, mayWait);
  }

  /**
   * Returns the error of a check that was denied, if it is undecided and reasons are recorded. The error has no stack, which would take ten
   * times as long, and not the rules that led to the condition.
   */
  takeUndecidedError(): PolarError | undefined {
    if (this.undecided === 0 || this.reasons === undefined) return undefined;
    const { code, data, at } = this.reasons.undecided(0)!;
    this.reasons.clear();
    return withoutStack(() => new PolarError(code, data, at));
  }

  tooDeep(): never {
    this.depth = 0;
    throw bailout;
  }

  foreign(): never {
    throw bailout;
  }

  inexact(): never {
    throw bailout;
  }

  /** Bails out, because the machine keeps only the results that it needs. */
  full(): never {
    throw bailout;
  }

  met(): never {
    throw bailout;
  }

  protected fault(): never {
    throw bailout;
  }

  protected threw(): never {
    throw bailout;
  }

  protected elements(reference: unknown, at: Span | undefined): readonly unknown[] {
    const value = raw(reference);
    if (isPlainSet(value)) return [...value];
    if ((typeof value === 'object' && value !== null) || typeof value === 'string') throw bailout;
    return this.notIterable(value, at);
  }

  override undecide<C extends Code>(code: C, data: () => DataOf<C>, at: Span | undefined): void {
    if (this.dialect.undecidedEndsQuery) throw bailout;
    super.undecide(code, data, at);
  }

  override mismatch(name: string, base: unknown, at: Span | undefined): void {
    // The missing attribute is `undefined` then.
    if (this.dialect.patternsReadAnything) throw bailout;
    super.mismatch(name, base, at);
  }

  /** Bails out for variables, which only the machine can bind. */
  override await(value: unknown): void {
    if (value instanceof QueryVariable) throw bailout;
    super.await(value);
  }

  /** Returns the function that continues for an argument, or undefined if it has no case yet. */
  caseOf<Target>(cases: TypeCases<Target>, value: unknown): Target | undefined {
    return caseByTypes(cases, value, this);
  }

  read(base: unknown, site: ReadSite, seen?: unknown, at?: Span): unknown {
    return readValue(this, base, site, seen, at);
  }

  protected override equalObjects(
    left: unknown,
    right: unknown,
    isNegated: boolean,
    at: Span | undefined,
  ): boolean {
    if (left instanceof QueryVariable || right instanceof QueryVariable) throw bailout;
    const areEqualRows = compareAsRows(left, right, this);
    if (areEqualRows !== undefined) return areEqualRows;
    return this.decided(
      () => {
        const compared = compareValues(left, right, this);
        if (compared.kind === 'waits') this.await(compared.on);
        return compared.kind === 'equal';
      },
      isNegated,
      at,
    );
  }

  /** Compares with the operators of the dialect, which may have no order for two values. */
  override order(operator: ComparisonOperator, left: unknown, right: unknown, at?: Span): boolean {
    const { operators } = this;
    if (operators === undefined) return super.order(operator, left, right, at);
    this.await(left);
    this.await(right);
    const equals = typeof this.equality === 'function' ? this.equality : operators.equal;
    const holds = operators.compare(operator, left, right, equals);
    if (typeof left === 'object' || typeof right === 'object') this.called();
    if (holds === undefined) this.foreign();
    return holds;
  }

  override arithmetic(operator: ArithmeticOperator, left: unknown, right: unknown, at?: Span): unknown {
    const { operators } = this;
    if (operators === undefined) return super.arithmetic(operator, left, right, at);
    this.await(left);
    this.await(right);
    const result = operators.compute(operator, left, right);
    // A number of the dialect, or none at all.
    if (typeof result !== 'number') throw bailout;
    return result;
  }
}

/** Creates an error without a stack. */
function withoutStack<Created extends Error>(create: () => Created): Created {
  const { stackTraceLimit } = Error;
  // Returns false if `Error` is frozen. Then the error has a stack.
  if (!Reflect.set(Error, 'stackTraceLimit', 0)) return create();
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
