import type { Cases, CompiledFunction } from './compiled-function.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Linker, Plan } from './partial-evaluator.js';

/** Makes of a plan what runs it. The two back ends do the same, statement by statement. */
export interface BackEnd {
  readonly kind: 'source' | 'closures';
  plan<W extends 'run' | 'runAll'>(
    way: W,
    fn: CompiledFunction,
    plan: Plan,
    linker: Linker,
    runtime: Runtime,
  ): CompiledFunction[W];
  dispatch<W extends 'run' | 'runAll'>(way: W, cases: Cases, runtime: Runtime): CompiledFunction[W];
  /** The same for code that waits for promises, where the back end can make it. */
  readonly waiting:
    | {
        plan<W extends 'wait' | 'waitAll'>(
          way: W,
          fn: CompiledFunction,
          plan: Plan,
          linker: Linker,
        ): CompiledFunction[W];
        dispatch<W extends 'wait' | 'waitAll'>(way: W, cases: Cases): CompiledFunction[W];
      }
    | undefined;
}
