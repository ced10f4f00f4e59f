import type { Cases, CompiledFunction } from './compiled-function.js';
import type { Runtime } from './runtime.js';
import type { Linker, Plan } from './specialise.js';

/** Makes of a plan what runs it. The two back ends do the same, statement by statement. */
export interface BackEnd {
  readonly kind: 'source' | 'closures';
  plan(fn: CompiledFunction, plan: Plan, linker: Linker, runtime: Runtime): CompiledFunction['run'];
  dispatch(cases: Cases, runtime: Runtime): CompiledFunction['run'];
  /** The same for code that waits for promises, where the back end can make it. */
  readonly waiting:
    | {
        plan(fn: CompiledFunction, plan: Plan, linker: Linker): CompiledFunction['wait'];
        dispatch(cases: Cases): CompiledFunction['wait'];
      }
    | undefined;
}
