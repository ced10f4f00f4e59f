import type { Expression } from './expression.js';
import { MissingValue } from '../../host/missing-value.js';
import { PolarError } from '../../diagnostics/polar-error.js';
import { forApplication } from '../../host/reference.js';
import { ignoreRejection } from '../../host/handle-rejections.js';
import { isPartial } from '../../terms/partial.js';
import { deref, Variable } from '../../terms/variable.js';
import type { LinkedQuery } from '../../ir/program.js';
import { connected, variablesOf, type Constraint } from '../machine/state/constraint.js';
import { emptySlot, snapshot, variablesIn } from '../machine/state/term-value.js';
import type { Frame } from '../machine/state/frame.js';
import { Machine, type Stop } from '../machine/machine.js';
import type { ProgramContext } from '../program-context.js';
import type { HostReplay } from '../host-replay.js';
import { Budget, type Limits } from '../limits.js';
import { openValue, residualOf, VariableNames } from './residual.js';
import { awaitWithin } from '../await-within.js';

/** The two to four arguments of a rule that the authorizer calls. */
export type Arguments = readonly [unknown, unknown, unknown?, unknown?];

/** The bindings of one answer, by variable. */
export type Bindings = ReadonlyMap<string, unknown>;

export interface QueryRunOptions {
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
  /** Whether an answer may leave a variable with a constraint instead of a value. */
  readonly acceptExpression: boolean;
  /** The calls that the compiled engine has made. */
  readonly replay?: HostReplay | undefined;
  /** The time when the clock started, for queries that share one time limit. */
  readonly startedAt?: number | undefined;
  /** Whether the application counts the answers, of which there is one for each proof. */
  readonly keepsProofs?: boolean;
  /** Creates the machine. Default: the machine without a trace. */
  readonly createMachine?: (...args: ConstructorParameters<typeof Machine>) => Machine;
}

/** The state of a query that runs step by step: before a goal, at an answer, or without a further answer. */
export type RunState = 'pause' | 'answer' | 'end';

const newMachine: NonNullable<QueryRunOptions['createMachine']> = (...args) => new Machine(...args);

/** One query and its answers, one at a time, synchronously or not. */
export class QueryRun {
  readonly #machine: Machine;
  readonly #names: readonly string[];
  /** The value of each variable of the query: a given value, or the variable itself. */
  readonly #values: readonly unknown[];

  /** @param given the values of the query's variables by name, or a list with one for each, which this run owns */
  constructor(
    context: ProgramContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    readonly options: QueryRunOptions,
  ) {
    const slots =
      given instanceof Map
        ? query.slotNames.map((name) => (given.has(name) ? (given.get(name) as unknown) : emptySlot))
        : (given as unknown[]);
    const { createMachine = newMachine } = options;
    this.#machine = createMachine(context, query, slots, {
      budget: new Budget(options.limits, options.signal, options.startedAt ?? options.replay?.startedAt),
      replay: options.replay?.isEmpty === true ? undefined : options.replay,
      keepsProofs: options.keepsProofs === true,
    });
    this.#names = query.slotNames;
    this.#values = this.#machine.root.slots;
  }

  /** The variables whose values are part of an answer. */
  *#variables(): Generator<readonly [string, unknown]> {
    for (let i = 0; i < this.#names.length; i++) {
      const name = this.#names[i]!;
      if (!name.startsWith('_')) yield [name, this.#values[i]];
    }
    yield* this.#machine.madeVariables ?? [];
  }

  /** Finds the next answer. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when it needs a promise */
  nextSync(): boolean {
    for (;;) {
      const state = this.stepSync();
      if (state !== 'pause') return state === 'answer';
    }
  }

  async next(): Promise<boolean> {
    for (;;) {
      const stop = this.#machine.resume();
      switch (stop.kind) {
        case 'answer':
          this.#checkConstraints();
          return true;
        case 'exhausted':
          return false;
        case 'pause':
          break;
        case 'await':
          this.#machine.settle(stop.promise, await this.#settled(stop.promise, stop.origin));
      }
    }
  }

  /**
   * Runs to the next pause, to the next answer or to the end.
   *
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when it needs a promise
   */
  stepSync(): RunState {
    const stop = this.#machine.resume();
    if (stop.kind === 'await') throw this.#promiseInSync(stop);
    return this.#reached(stop);
  }

  /** Runs to the next pause, to the next answer or to the end, and awaits promises. */
  async step(): Promise<RunState> {
    for (;;) {
      const stop = this.#machine.resume();
      if (stop.kind !== 'await') return this.#reached(stop);
      this.#machine.settle(stop.promise, await this.#settled(stop.promise, stop.origin));
    }
  }

  #reached({ kind }: Exclude<Stop, { kind: 'await' }>): RunState {
    if (kind === 'pause') return 'pause';
    if (kind === 'exhausted') return 'end';
    this.#checkConstraints();
    return 'answer';
  }

  /** The rules that proved the latest answer. */
  get proof(): Frame[] {
    return this.#machine.proof;
  }

  /** Returns the bindings of the latest answer. */
  bindings(): Bindings {
    const found = new Map<string, unknown>();
    const open = this.#machine.openConstraints;
    const names = this.#variableNames();
    const shared = this.#sharedNames();
    const { members, dialect } = this.#machine;
    const { foreign } = members;
    const { hasCyclicTerms } = dialect;
    for (const [name, variable] of this.#variables()) {
      const value = this.#valueOf(variable, hasCyclicTerms ? new Set() : undefined);
      // oso reports no variable that the query did not use.
      const isUnused = value instanceof Variable && !value.isAliased && name === value.name;
      if (isUnused && foreign !== undefined) continue;
      if (isPartial(value)) found.set(name, this.#openValue(name, value, open, names, shared));
      else found.set(name, foreign === undefined ? value : foreign.convert(value));
    }
    return found;
  }

  dispose(): void {
    this.#machine.dispose();
  }

  #variableNames(): VariableNames {
    const { madeVariables } = this.#machine;
    const ofQuery = new Set([...this.#values, ...(madeVariables?.values() ?? [])]);
    return new VariableNames(ofQuery, this.#isOso);
  }

  /**
   * Returns the names of each unbound variable of the query, in the dialect oso: the constraints on a variable also say how it depends on the
   * others.
   */
  #sharedNames(): ReadonlyMap<Variable, readonly string[]> {
    const shared = new Map<Variable, string[]>();
    if (this.#machine.members.foreign === undefined || !this.#machine.hasConstraints) return shared;
    for (const [name, variable] of this.#variables()) {
      const value = this.#valueOf(variable, new Set());
      if (value instanceof Variable) shared.set(value, [...(shared.get(value) ?? []), name]);
    }
    return shared;
  }

  /** @throws {PolarError} an element of a list contradicts its declaration */
  #valueOf(variable: unknown, within: Set<unknown> | undefined): unknown {
    try {
      return snapshot(variable, this.#machine.budget, 0, within, forApplication);
    } catch (error) {
      if (!(error instanceof MissingValue)) throw error;
      throw this.#ended(new PolarError(error.code, error.data));
    }
  }

  /** Returns a variable, list or dictionary in which each variable is replaced by its constraints. */
  #openValue(
    name: string,
    value: unknown,
    open: readonly Constraint[],
    names: VariableNames,
    shared: ReadonlyMap<Variable, readonly string[]>,
  ): unknown {
    const { budget } = this.#machine;
    const isOso = this.#isOso;
    const render = (found: unknown): unknown => {
      const variable = found as Variable;
      // oso shows the constraints on a variable only where the variable is the whole value.
      if (isOso && !(value instanceof Variable)) return names.of(variable);
      const constraints = connected(new Set([variable]), open, budget);
      if (constraints.length === 0) return names.of(variable);
      const expression = residualOf(
        variable,
        constraints,
        budget,
        '_this',
        names,
        new Set(shared.keys()),
        (shared.get(variable) ?? []).filter((other) => other !== name),
      );
      if (this.options.acceptExpression) return expression;
      throw this.#ended(
        new PolarError('POLAR_RUN_UNEXPECTED_CONSTRAINT', { name, constraint: this.#shown(expression) }),
      );
    };
    return openValue(value, render, budget, this.#machine.members.foreign?.convert);
  }

  /** Throws for a constraint on variables that do not belong to the query: no answer can decide it. */
  #checkConstraints(): void {
    if (!this.#machine.hasConstraints) return;
    const open = this.#machine.openConstraints;
    if (open.length === 0) return;
    const { budget } = this.#machine;
    const queried = new Set<Variable>();
    for (const [, variable] of this.#variables()) {
      // oso shows no constraints on a variable in a list.
      if (!this.#isOso || deref(variable) instanceof Variable) variablesIn(variable, budget, queried);
    }
    const known = new Set(connected(queried, open, budget));
    const stray = open.find((constraint) => !known.has(constraint));
    if (stray === undefined) return;
    const variable = variablesOf(stray, budget)[0]!;
    const residual = residualOf(variable, [stray], budget, variable.name, this.#variableNames());
    const data = { name: variable.name, constraint: this.#shown(residual) };
    throw this.#ended(new PolarError('POLAR_RUN_UNHANDLED_CONSTRAINT', data, stray.goal.span));
  }

  /** Shows a condition in an error, unless it can contain the value of a secret field. */
  #shown(expression: Expression): string {
    const { secretNames } = this.#machine.context.program.types;
    return secretNames.size === 0 ? expression.toString() : 'a condition with hidden values';
  }

  get #isOso(): boolean {
    return this.#machine.dialect.name === 'oso';
  }

  #promiseInSync({
    promise,
    origin,
  }: {
    readonly promise: PromiseLike<unknown>;
    readonly origin: string;
  }): PolarError {
    // The query does not await the promise, so its rejection would have no handler.
    ignoreRejection(promise);
    return this.#ended(new PolarError('POLAR_RUN_PROMISE_IN_SYNC', { origin }));
  }

  #ended(error: PolarError): PolarError {
    this.#machine.dispose();
    return error;
  }

  async #settled(promise: PromiseLike<unknown>, origin: string): Promise<unknown> {
    try {
      const settled = await awaitWithin(promise, this.#machine.budget);
      if ('reason' in settled) throw this.#machine.rejected(origin, settled.reason);
      return settled.value;
    } catch (error) {
      this.#machine.dispose();
      throw error;
    }
  }
}
