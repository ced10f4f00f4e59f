import { isPolarError } from '../../diagnostics/polar-error.js';
import type { BackEnd } from '../backends/back-end.js';
import type { CompiledFunction } from '../compiler/compiled-function.js';
import { PolicyLinker, type LinkerOptions } from '../compiler/linker/policy-linker.js';
import { NotCompilable } from '../compiler/not-compilable.js';
import { findPassedOn, type PassedOn } from '../compiler/passed-on.js';
import { ownPlan } from '../compiler/shared-plan.js';
import type { ProgramContext } from '../program-context.js';
import type { Proof } from '../proof.js';
import { bailout, BailoutRuntime } from '../runtime/bailout-runtime.js';
import type { Runtime } from '../runtime/runtime.js';
import { dispatch } from './dispatcher.js';
import type { Dump } from './dump.js';

/** The function that decides a rule, after rules that only pass their arguments on to it. */
export interface Decider {
  readonly decider: CompiledFunction;
  /** The proof of the rules before it, if functions record their proofs. */
  readonly before: Proof | undefined;
}

/**
 * The functions of a policy, compiled when they are first called: for the literals and classes that they are called with. A function
 * returns the machine's result or bails out.
 */
export class CompiledEngine extends PolicyLinker {
  readonly runtime: Runtime;
  readonly #isBuilt = new WeakSet<CompiledFunction>();

  constructor(
    context: ProgramContext,
    readonly backEnd: BackEnd,
    options: LinkerOptions,
    readonly dump?: Dump,
    previous?: CompiledEngine,
  ) {
    super(context, options, previous);
    const { program, typeSets, members, equality, operators } = context;
    const { types, unions } = program;
    this.runtime = new BailoutRuntime(
      { types, unions, typeSets, members, equality, operators },
      this.registered,
    );
  }

  protected override get ranksAlternatives(): boolean {
    return this.backEnd.kind === 'source';
  }

  protected override prepare(fn: CompiledFunction): void {
    fn.run = (...args) => this.#built(fn).run(...args);
    fn.runAll = (...args) => this.#built(fn).runAll(...args);
    fn.wait = (runtime, ...args) => this.#built(fn).wait(runtime, ...args);
    fn.waitAll = (runtime, ...args) => this.#built(fn).waitAll(runtime, ...args);
  }

  /** Builds the functions so far, and all functions that they may call. Each step builds one. */
  *buildAll(): Generator<void, void, undefined> {
    // Building a function adds the functions that it calls to the loop.
    for (const fn of this.functions) {
      try {
        this.#built(fn).cases?.addAll();
      } catch (error) {
        // A check for which it matters reports the error.
        if (!isPolarError(error)) throw error;
      }
      yield;
    }
  }

  /** Returns the function that decides a rule. Calling it saves the calls of the rules before it, which many policies begin with. */
  deciderOf(fn: CompiledFunction): Decider {
    let decider = fn;
    let before: Proof | undefined = undefined;
    for (let next = this.#passedOnBy(fn); next !== undefined; next = this.#passedOnBy(next.callee)) {
      if (next.callee === fn) return { decider: fn, before: undefined };
      decider = next.callee;
      if (next.proof !== undefined)
        before = before === undefined ? next.proof : before.followedBy(next.proof);
    }
    return { decider, before };
  }

  #passedOnBy(fn: CompiledFunction): PassedOn | undefined {
    if (!this.determinesRules(fn.predicate, fn.known)) return undefined;
    try {
      return findPassedOn(ownPlan(this.planOf(fn)));
    } catch (error) {
      if (!isNotCompilable(error)) throw error;
      return undefined;
    }
  }

  #built(fn: CompiledFunction): CompiledFunction {
    if (this.#isBuilt.has(fn)) return fn;
    this.#isBuilt.add(fn);
    if (this.dispatches(fn.predicate, fn.known)) dispatch(fn, this);
    else this.#compile(fn);
    return fn;
  }

  #compile(fn: CompiledFunction): void {
    const { backEnd } = this;
    const { waiting } = backEnd;
    fn.wait = bailOut;
    fn.waitAll = bailOut;
    try {
      const plan = this.planOf(fn);
      this.dump?.plan(fn, ownPlan(plan));
      fn.run = backEnd.plan('run', fn, plan, this, this.runtime);
      // The other forms are rarely used, so each is made when it is first called.
      fn.runAll = (...args) =>
        (fn.runAll = orBailOut(() => backEnd.plan('runAll', fn, plan, this, this.runtime)))(...args);
      if (waiting === undefined) return;
      fn.wait = (runtime, ...args) =>
        (fn.wait = orBailOut(() => waiting.plan('wait', fn, plan, this)))(runtime, ...args);
      fn.waitAll = (runtime, ...args) =>
        (fn.waitAll = orBailOut(() => waiting.plan('waitAll', fn, plan, this)))(runtime, ...args);
    } catch (error) {
      if (!isNotCompilable(error)) throw error;
      this.dump?.notCompiled(fn, error);
      fn.run = bailOut;
      fn.runAll = bailOut;
    }
  }
}

function orBailOut<Code>(build: () => Code): Code | (() => never) {
  try {
    return build();
  } catch (error) {
    if (!isNotCompilable(error)) throw error;
    return bailOut;
  }
}

/** Building the code of a rule with thousands of goals, or parsing it, may overflow the stack. */
const isNotCompilable = (error: unknown): error is NotCompilable | RangeError =>
  error instanceof NotCompilable || error instanceof RangeError;

const bailOut = (): never => {
  throw bailout;
};
