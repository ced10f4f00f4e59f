import { isPolarError } from '../../diagnostics/polar-error.js';
import type { BackEnd } from '../backends/back-end.js';
import type { CompiledFunction } from '../compiler/compiled-function.js';
import { PolicyLinker, type LinkerOptions } from '../compiler/linker/policy-linker.js';
import { NotCompilable } from '../compiler/not-compilable.js';
import { findPassedOn, type PassedOn } from '../compiler/passed-on.js';
import { PlanningMeter, planningOver } from '../compiler/planning-meter.js';
import { ownPlan } from '../compiler/shared-plan.js';
import type { CompiledBudget } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import type { Proof } from '../proof.js';
import { bailout, BailoutRuntime } from '../runtime/bailout-runtime.js';
import { Reasons } from '../runtime/reasons.js';
import { dispatch } from './dispatcher.js';
import type { Dump } from './dump.js';
import { defaultPlanning, Planner, type PlanningLimits, unlimitedPlanning } from './planner.js';

/** The form of the functions, and how much each check may plan. */
export interface EngineOptions extends LinkerOptions {
  readonly planning?: PlanningLimits;
}

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
  readonly runtime: BailoutRuntime;
  override readonly meter: PlanningMeter;
  readonly #planner: Planner;
  readonly #isBuilt = new WeakSet<CompiledFunction>();

  constructor(
    context: ProgramContext,
    readonly backEnd: BackEnd,
    options: EngineOptions,
    readonly dump?: Dump,
    previous?: CompiledEngine,
  ) {
    super(context, options, previous);
    // A dump shows the code of each check.
    const planning = dump === undefined ? (options.planning ?? defaultPlanning) : unlimitedPlanning;
    this.meter = new PlanningMeter(planning.now);
    this.#planner = new Planner(planning, this.meter, (fn) => this.planInSteps(fn));
    const { program, typeSets, members, equality, operators } = context;
    const { types, unions } = program;
    this.runtime = new BailoutRuntime(
      { types, unions, typeSets, members, equality, operators },
      this.registered,
      this.passesPositions ? new Reasons() : undefined,
    );
  }

  protected override prepare(fn: CompiledFunction): void {
    fn.run = (...args) => this.#built(fn, this.runtime.limited).run(...args);
    fn.runAll = (...args) => this.#built(fn, this.runtime.limited).runAll(...args);
    fn.wait = (runtime, ...args) => this.#built(fn, runtime.limited).wait(runtime, ...args);
    fn.waitAll = (runtime, ...args) => this.#built(fn, runtime.limited).waitAll(runtime, ...args);
  }

  /** Builds the functions so far, and all functions that they may call. Each step builds one. */
  *buildAll(): Generator<void, void, undefined> {
    // Building a function adds the functions that it calls to the loop.
    for (const fn of this.functions) {
      try {
        this.#built(fn, undefined).cases?.addAll();
      } catch (error) {
        // A check for which it matters reports the error.
        if (!isPolarError(error)) throw error;
      }
      yield;
    }
  }

  /**
   * Returns the function that decides a rule. Calling it saves the calls of the rules before it, which many policies begin with.
   *
   * @param query the budget of the check; undefined for no limits
   * @throws `planningOver`
   */
  deciderOf(fn: CompiledFunction, query: CompiledBudget | undefined): Decider {
    const passedOnBy = (each: CompiledFunction) => this.#passedOnBy(each, query);
    let decider = fn;
    let before: Proof | undefined = undefined;
    for (let next = passedOnBy(fn); next !== undefined; next = passedOnBy(next.callee)) {
      if (next.callee === fn) return { decider: fn, before: undefined };
      decider = next.callee;
      if (next.proof !== undefined)
        before = before === undefined ? next.proof : before.followedBy(next.proof);
    }
    return { decider, before };
  }

  #passedOnBy(fn: CompiledFunction, query: CompiledBudget | undefined): PassedOn | undefined {
    if (!this.determinesRules(fn.predicate, fn.known)) return undefined;
    try {
      return findPassedOn(ownPlan(this.#planner.planOf(fn, query)));
    } catch (error) {
      if (!isNotCompilable(error)) throw error;
      return undefined;
    }
  }

  /** @param query the budget of the check that calls the function; undefined for no limits */
  #built(fn: CompiledFunction, query: CompiledBudget | undefined): CompiledFunction {
    if (this.#isBuilt.has(fn)) return fn;
    if (this.dispatches(fn.predicate, fn.known)) dispatch(fn, this);
    else this.#compile(fn, query);
    this.#isBuilt.add(fn);
    return fn;
  }

  /** @throws `bailout` when the check may not plan any more. Then a later check compiles the function. */
  #compile(fn: CompiledFunction, query: CompiledBudget | undefined): void {
    const { backEnd } = this;
    const { waiting } = backEnd;
    try {
      const plan = this.#planner.planOf(fn, query);
      this.#planner.makeCode(query, () => {
        this.dump?.plan(fn, ownPlan(plan));
        fn.run = backEnd.plan('run', fn, plan, this, this.runtime);
      });
      // The other forms are rarely used, so each is made when it is first called.
      const { limited } = this.runtime;
      fn.runAll = (...args) =>
        (fn.runAll = this.#form(limited, () => backEnd.plan('runAll', fn, plan, this, this.runtime)))(
          ...args,
        );
      fn.wait = (runtime, ...args) =>
        (fn.wait = this.#form(runtime.limited, () => waiting?.plan('wait', fn, plan, this)))(
          runtime,
          ...args,
        );
      fn.waitAll = (runtime, ...args) =>
        (fn.waitAll = this.#form(runtime.limited, () => waiting?.plan('waitAll', fn, plan, this)))(
          runtime,
          ...args,
        );
    } catch (error) {
      if (error === planningOver) throw bailout;
      if (isNotCompilable(error)) this.dump?.notCompiled(fn, error);
      else if (!isPolarError(error)) throw error;
      // The machine answers the checks, and reports the error.
      fn.run = fn.runAll = fn.wait = fn.waitAll = bailOut;
    }
    this.#planner.forget(fn);
  }

  #form<Code>(query: CompiledBudget, make: () => Code | undefined): Code | (() => never) {
    try {
      return this.#planner.makeCode(query, make) ?? bailOut;
    } catch (error) {
      if (error === planningOver) throw bailout;
      if (!isNotCompilable(error)) throw error;
      return bailOut;
    }
  }
}

/** Building the code of a rule with thousands of goals, or parsing it, may overflow the stack. */
const isNotCompilable = (error: unknown): error is NotCompilable | RangeError =>
  error instanceof NotCompilable || error instanceof RangeError;

const bailOut = (): never => {
  throw bailout;
};
