import type { MachineContext } from '../machine/machine.js';
import type { BackEnd } from './back-end.js';
import type { CompiledFunction } from './compiled-function.js';
import { dispatch } from '../backends/source/dispatch-emitter.js';
import { bailout, BailoutRuntime } from '../runtime/bailout-runtime.js';
import { PolicyLinker } from './policy-linker.js';
import type { Runtime } from '../runtime/runtime.js';
import { NotCompilable } from './partial-evaluator.js';

/**
 * The fast path for questions whose arguments are known. It answers what the machine answers, or hands over, with the results
 * of the methods that it has called. Functions are built when they are first called: for the literals, and the classes, that
 * they are called with. (design.md D3, D4)
 */
export class CompiledEngine extends PolicyLinker {
  readonly runtime: Runtime;

  constructor(
    context: MachineContext,
    readonly backEnd: BackEnd,
  ) {
    super(context);
    const { program, typeSets, members, equality } = context;
    const { types, unions } = program;
    this.runtime = new BailoutRuntime({ types, unions, typeSets, members, equality }, this.registered);
  }

  protected override prepare(fn: CompiledFunction): void {
    fn.run = (...args) => this.#built(fn).run(...args);
    fn.runAll = (...args) => this.#built(fn).runAll(...args);
    fn.wait = (runtime, ...args) => this.#built(fn).wait(runtime, ...args);
    fn.waitAll = (runtime, ...args) => this.#built(fn).waitAll(runtime, ...args);
  }

  #built(fn: CompiledFunction): CompiledFunction {
    if (this.tellsRules(fn.predicate, fn.known)) this.#specialise(fn);
    else dispatch(fn, this);
    return fn;
  }

  #specialise(fn: CompiledFunction): void {
    const { backEnd } = this;
    const { waiting } = backEnd;
    fn.wait = handsOver;
    fn.waitAll = handsOver;
    try {
      const plan = this.planOf(fn);
      fn.run = backEnd.plan('run', fn, plan, this, this.runtime);
      // Few functions are asked for more than their first success, and most questions meet no promise: made when first needed.
      fn.runAll = (...args) =>
        (fn.runAll = this.#orHandsOver(() => backEnd.plan('runAll', fn, plan, this, this.runtime)))(...args);
      if (waiting === undefined) return;
      fn.wait = (runtime, ...args) =>
        (fn.wait = this.#orHandsOver(() => waiting.plan('wait', fn, plan, this)))(runtime, ...args);
      fn.waitAll = (runtime, ...args) =>
        (fn.waitAll = this.#orHandsOver(() => waiting.plan('waitAll', fn, plan, this)))(runtime, ...args);
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      fn.run = handsOver;
      fn.runAll = handsOver;
    }
  }

  #orHandsOver<Code>(build: () => Code): Code | (() => never) {
    try {
      return build();
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      return handsOver;
    }
  }
}

/** Rules of thousands of goals are more than the stack holds, where code is made of them or where its text is read. */
const isTooMuch = (error: unknown): boolean => error instanceof NotCompilable || error instanceof RangeError;

const handsOver = (): never => {
  throw bailout;
};
