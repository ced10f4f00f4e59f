import type { CompiledFunction, GrowingCases } from '../compiler/compiled-function.js';
import type { Linker } from '../compiler/linker.js';
import type { SharedPlan } from '../compiler/shared-plan.js';
import type { Runtime } from '../runtime/runtime.js';

/** Turns a plan into an executable function. Both back ends implement the same statements. */
export interface BackEnd {
  readonly kind: 'source' | 'closures';
  plan<W extends 'run' | 'runAll'>(
    way: W,
    fn: CompiledFunction,
    plan: SharedPlan,
    linker: Linker,
    runtime: Runtime,
  ): CompiledFunction[W];
  /** Makes the function that dispatches on an argument. */
  dispatch<W extends 'run' | 'runAll'>(
    way: W,
    fn: CompiledFunction,
    cases: GrowingCases,
    runtime: Runtime,
  ): CompiledFunction[W];
  /** The same for functions that await promises. Undefined if the back end cannot make them. */
  readonly waiting:
    | {
        plan<W extends 'wait' | 'waitAll'>(
          way: W,
          fn: CompiledFunction,
          plan: SharedPlan,
          linker: Linker,
        ): CompiledFunction[W];
        dispatch<W extends 'wait' | 'waitAll'>(
          way: W,
          fn: CompiledFunction,
          cases: GrowingCases,
        ): CompiledFunction[W];
      }
    | undefined;
}
