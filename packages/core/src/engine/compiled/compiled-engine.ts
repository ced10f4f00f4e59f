import type { MachineContext } from '../machine/machine.js';
import type { BackEnd } from './back-end.js';
import type { CompiledFunction } from './compiled-function.js';
import { dispatch } from './dispatch.js';
import { handover, HandoverRuntime } from './handover.js';
import { PolicyLinker } from './policy-linker.js';
import type { Runtime } from './runtime.js';
import { Declined } from './specialise.js';

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
    this.runtime = new HandoverRuntime({ types, unions, typeSets, members, equality }, this.registered);
  }

  protected override prepare(fn: CompiledFunction): void {
    fn.run = (...args) => this.#built(fn).run(...args);
    fn.wait = (runtime, ...args) => this.#built(fn).wait(runtime, ...args);
  }

  #built(fn: CompiledFunction): CompiledFunction {
    if (this.tellsRules(fn.predicate, fn.known)) this.#specialise(fn);
    else dispatch(fn, this);
    return fn;
  }

  #specialise(fn: CompiledFunction): void {
    const { backEnd } = this;
    fn.wait = handsOver;
    try {
      const plan = this.planOf(fn);
      fn.run = backEnd.plan(fn, plan, this, this.runtime);
      // Most questions meet no promise: what waits is made when it is first needed.
      if (backEnd.waiting !== undefined)
        fn.wait = (runtime, ...args) => (fn.wait = backEnd.waiting!.plan(fn, plan, this))(runtime, ...args);
    } catch (error) {
      // Rules of thousands of goals are more than the stack holds, here or where their text is read.
      if (!(error instanceof Declined) && !(error instanceof RangeError)) throw error;
      fn.run = handsOver;
    }
  }
}

const handsOver = (): never => {
  throw handover;
};
