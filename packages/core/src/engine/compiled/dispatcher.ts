import type { Class } from '../../types/type-declaration.js';
import type { BackEnd } from '../backends/back-end.js';
import {
  anything,
  passedArguments,
  type CompiledFunction,
  type GrowingCases,
  type KnownArgument,
} from '../compiler/compiled-function.js';
import { dispatchPosition } from '../compiler/dispatch-position.js';
import { shapesOf } from '../compiler/known-shapes.js';
import type { Linker } from '../compiler/linker.js';
import { longestChain, longestSwitch } from '../compiler/thresholds.js';
import { Budget, defaultLimits } from '../limits.js';
import { isExactly } from '../runtime/exact-class.js';
import type { Runtime } from '../runtime/runtime.js';

// A function that knows nothing about an argument dispatches on it: it continues with the function for the literal or class that it
// receives. Cases are added as they occur. Each function dispatches on one argument; the next argument is the next function's.

/** The engine that a dispatching function belongs to. */
export interface DispatchContext extends Linker {
  readonly runtime: Runtime;
  readonly backEnd: BackEnd;
}

/** Makes a function dispatch on the first argument that determines the rules. */
export const dispatch = (fn: CompiledFunction, engine: DispatchContext): void =>
  new Dispatcher(fn, engine).publish();

class Dispatcher {
  /** The position of the argument that is dispatched on. */
  readonly #position: number;
  /** Its index among the arguments that are passed: literals are not. */
  readonly #parameter: number;
  readonly #literals = new Map<unknown, CompiledFunction>();
  readonly #classes = new Map<Class, CompiledFunction>();
  readonly #prototypes = new Map<object, CompiledFunction>();
  readonly #cases: GrowingCases;

  constructor(
    readonly fn: CompiledFunction,
    readonly engine: DispatchContext,
  ) {
    const { known } = fn;
    this.#position = dispatchPosition(fn, engine);
    this.#parameter = passedArguments(known.slice(0, this.#position)).length;
    this.#cases = {
      passed: passedArguments(known).length,
      parameter: this.#parameter,
      literals: this.#literals,
      classes: this.#classes,
      prototypes: this.#prototypes,
      addAll: () => this.#addAll(),
      miss: {
        run: (...args) => this.#target(args, this.engine.runtime).run(...args),
        runAll: (...args) => this.#target(args, this.engine.runtime).runAll(...args),
        wait: (runtime, ...args) => this.#target(args, runtime).wait(runtime, ...args),
        waitAll: (runtime, ...args) => this.#target(args, runtime).waitAll(runtime, ...args),
      },
    };
    fn.cases = this.#cases;
  }

  /** Returns the function for an argument without a case, and adds the case if possible. A literal is removed from the arguments. */
  #target(args: unknown[], runtime: Runtime): CompiledFunction {
    const value = args[this.#parameter];
    runtime.await(value);
    const known = this.#knownOf(value, runtime);
    const target = this.engine.functionFor(
      this.fn.predicate,
      this.fn.known.map((k, i) => (i === this.#position ? known : k)),
    );
    if (this.#addCase(known, target)) this.publish();
    if (known.kind === 'literal') args.splice(this.#parameter, 1);
    return target;
  }

  /** Adds the case for a literal or a class. Returns whether the code changes with it. */
  #addCase(known: KnownArgument, target: CompiledFunction): boolean {
    if (known.kind === 'literal') {
      if (this.#literals.has(known.value)) return false;
      this.#literals.set(known.value, target);
      if (this.#literals.size <= longestSwitch) target.dependents.add(this.publish);
      return this.#literals.size <= longestSwitch + 1;
    }
    if (known.kind !== 'types' || known.class === undefined || this.#classes.has(known.class)) return false;
    this.#classes.set(known.class, target);
    this.#prototypes.set(known.class.prototype as object, target);
    // While there are few classes, the dispatch of the target is repeated within this function.
    if (this.#classes.size <= longestChain) target.dependents.add(this.publish);
    return this.#classes.size <= longestChain + 1;
  }

  /** Adds the cases for all literals and registered classes for which rules of the policy may apply. */
  #addAll(): void {
    const { engine, fn } = this;
    const index = engine.indexOf(fn.predicate, fn.known.length);
    const knownWith = (known: KnownArgument) => fn.known.map((k, i) => (i === this.#position ? known : k));
    const shapesWith = (known: KnownArgument) => shapesOf(knownWith(known), index, engine.context.typeSets);
    const literals = [...(index.literalsAt(this.#position)?.byLiteral.keys() ?? [])].map(
      (value): KnownArgument => ({ kind: 'literal', value: value as string }),
    );
    const required = [...index.typesRequired(shapesWith(anything), this.#position)];
    const types = new Set(required.flatMap((type) => [type, ...engine.extensionsOf(type)]));
    const classes = [...types].flatMap((type): KnownArgument[] => {
      const exact = engine.exactClass(type);
      if (exact === undefined) return [];
      return [{ kind: 'types', types: engine.context.typeSets.ofClass(exact), class: exact }];
    });
    for (const known of [...classes, ...literals]) {
      const { candidates } = index.tableFor(shapesWith(known), new Budget(defaultLimits, undefined));
      if (candidates.length === 0) continue;
      this.#addCase(known, engine.functionFor(fn.predicate, knownWith(known)));
    }
    this.publish();
  }

  #knownOf(value: unknown, runtime: Runtime): KnownArgument {
    const { engine } = this;
    const types = runtime.typeOf(value);
    const shape = engine
      .indexOf(this.fn.predicate, this.fn.known.length)
      .shapeOf(value, this.#position, types);
    if (shape.literal !== undefined) return { kind: 'literal', value: shape.literal as string };
    if (shape.isOther) return { kind: 'other', types };
    const [nearest] = types.chain;
    const exact = nearest === undefined ? undefined : engine.exactClass(nearest);
    const isOfClass =
      exact !== undefined &&
      isExactly(value, exact.prototype) &&
      engine.context.typeSets.ofClass(exact) === types;
    return { kind: 'types', types, class: isOfClass ? exact : undefined };
  }

  /** Makes the code for the cases so far, and again whenever a case is added. */
  readonly publish = (): void => {
    const { engine, fn } = this;
    const { waiting } = engine.backEnd;
    const cases = this.#cases;
    fn.run = engine.backEnd.dispatch('run', fn, cases, engine.runtime);
    // The other forms are rarely used, so each is made when it is first called.
    fn.runAll = (...args) =>
      (fn.runAll = engine.backEnd.dispatch('runAll', fn, cases, engine.runtime))(...args);
    if (waiting !== undefined) {
      fn.wait = (runtime, ...args) => (fn.wait = waiting.dispatch('wait', fn, cases))(runtime, ...args);
      fn.waitAll = (runtime, ...args) =>
        (fn.waitAll = waiting.dispatch('waitAll', fn, cases))(runtime, ...args);
    }
    for (const publish of fn.dependents) publish();
  };
}
