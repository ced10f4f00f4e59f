import type { Class } from '../../../types/type-declaration.js';
import type { BackEnd } from '../../compiler/back-end.js';
import type { Cases, CompiledFunction, KnownArgument } from '../../compiler/compiled-function.js';
import { longestChain, longestSwitch } from './source-emitter.js';
import { isExactly } from '../../runtime/exact-class.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Linker } from '../../compiler/partial-evaluator.js';

// A function about an argument of which nothing is known looks at it, and goes on with the function for what it is. The cases
// are added as they are met. One argument at a time: what is looked at next is a function of its own.

/** What a look at an argument needs to know. */
export interface DispatchContext extends Linker {
  readonly runtime: Runtime;
  readonly backEnd: BackEnd;
}

/** Makes a function look at the first argument that has to be known. */
export const dispatch = (fn: CompiledFunction, engine: DispatchContext): void =>
  new Dispatch(fn, engine).publish();

/** The argument that a function looks at: what classes tell apart first, so that a literal is all that is left at last. */
export function positionToLookAt({ predicate, known }: CompiledFunction, linker: Linker): number {
  const open = known.flatMap((_, i) => (linker.tellsPosition(predicate, known, i) ? [] : [i]));
  const index = linker.indexOf(predicate, known.length);
  return open.findLast((i) => index.tellsTypes(i)) ?? open[0]!;
}

class Dispatch {
  readonly #position: number;
  /** The parameter that is looked at: literals are not passed. */
  readonly #parameter: number;
  readonly #literals = new Map<unknown, CompiledFunction>();
  readonly #classes = new Map<Class, CompiledFunction>();
  readonly #prototypes = new Map<object, CompiledFunction>();
  readonly #cases: Cases;

  constructor(
    readonly fn: CompiledFunction,
    readonly engine: DispatchContext,
  ) {
    const { known } = fn;
    this.#position = positionToLookAt(fn, engine);
    this.#parameter = known.slice(0, this.#position).filter(({ kind }) => kind !== 'literal').length;
    this.#cases = {
      passed: known.filter(({ kind }) => kind !== 'literal').length,
      parameter: this.#parameter,
      literals: this.#literals,
      classes: this.#classes,
      prototypes: this.#prototypes,
      miss: {
        run: (...args) => this.#target(args, this.engine.runtime).run(...args),
        runAll: (...args) => this.#target(args, this.engine.runtime).runAll(...args),
        wait: (runtime, ...args) => this.#target(args, runtime).wait(runtime, ...args),
        waitAll: (runtime, ...args) => this.#target(args, runtime).waitAll(runtime, ...args),
      },
    };
    fn.cases = this.#cases;
  }

  /**
   * The function for the argument that is looked at, where no case is made for it yet, or none can be made. A literal is taken out of
   * the arguments.
   */
  #target(args: unknown[], runtime: Runtime): CompiledFunction {
    const value = args[this.#parameter];
    runtime.await(value);
    const known = this.#knownOf(value, runtime);
    const target = this.engine.functionFor(
      this.fn.predicate,
      this.fn.known.map((k, i) => (i === this.#position ? known : k)),
    );
    if (known.kind === 'literal') {
      if (!this.#literals.has(known.value)) {
        this.#literals.set(known.value, target);
        if (this.#literals.size <= longestSwitch) target.outer.add(this.publish);
        if (this.#literals.size <= longestSwitch + 1) this.publish();
      }
      args.splice(this.#parameter, 1);
    } else if (known.kind === 'types' && known.class !== undefined && !this.#classes.has(known.class)) {
      this.#classes.set(known.class, target);
      this.#prototypes.set(known.class.prototype as object, target);
      // What it looks at next may be looked at right here, while there are few classes.
      if (this.#classes.size <= longestChain) target.outer.add(this.publish);
      if (this.#classes.size <= longestChain + 1) this.publish();
    }
    return target;
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

  /** For what is known so far: there may be more of it than when the function was made. */
  readonly publish = (): void => {
    const { engine, fn } = this;
    const { waiting } = engine.backEnd;
    const cases = this.#cases;
    fn.run = engine.backEnd.dispatch('run', cases, engine.runtime);
    // Few functions are asked for more than their first success, and most questions meet no promise: made when first needed.
    fn.runAll = (...args) => (fn.runAll = engine.backEnd.dispatch('runAll', cases, engine.runtime))(...args);
    if (waiting !== undefined) {
      fn.wait = (runtime, ...args) => (fn.wait = waiting.dispatch('wait', cases))(runtime, ...args);
      fn.waitAll = (runtime, ...args) => (fn.waitAll = waiting.dispatch('waitAll', cases))(runtime, ...args);
    }
    for (const publish of fn.outer) publish();
  };
}
