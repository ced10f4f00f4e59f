import type { Linker } from '../../compiler/linker.js';
import type { Plan } from '../../compiler/plan.js';
import { ownPlan, Renaming, type SharedPlan } from '../../compiler/shared-plan.js';
import { fewFunctions } from '../../compiler/thresholds.js';
import type { Way } from '../../runtime/way.js';
import { OwnConstant, type EmittedCode } from './emitted-code.js';
import type { Printing } from './emission.js';
import { emitFunction } from './function-emitter.js';

/** The code of plans. Functions that share a plan also share its text, with other constants. */
export class SharedCode {
  readonly #codes = new WeakMap<Plan, Map<string, EmittedCode>>();
  /** The numbers of functions that have these plans. */
  readonly #functions = new WeakMap<Plan, number>();

  /** Counts a function that has this plan. */
  addFunction({ plan }: SharedPlan): void {
    this.#functions.set(plan, (this.#functions.get(plan) ?? 0) + 1);
  }

  /** Returns whether so few functions have this plan that each of them may have code of its own. */
  hasFewFunctions({ plan }: SharedPlan): boolean {
    return (this.#functions.get(plan) ?? 0) <= fewFunctions;
  }

  /** Returns the code of the function that has this plan. */
  of(shared: SharedPlan, linker: Linker, printing: Omit<Printing, 'isShared'>): EmittedCode {
    const { owner, plan, renaming } = shared;
    let codes = this.#codes.get(plan);
    if (codes === undefined) this.#codes.set(plan, (codes = new Map()));
    let code = codes.get(printing.way);
    if (code === undefined)
      codes.set(printing.way, (code = emitFunction(owner, plan, linker, { ...printing, isShared: true })));
    return resolved(code, renaming);
  }
}

/** Returns code that is for one function only. */
export const emitOwnFunction = (
  { owner, plan, renaming }: SharedPlan,
  linker: Linker,
  way: Way,
): EmittedCode => {
  const own = ownPlan({ owner, plan, renaming });
  const printing = { way, isModule: false, isCold: false, isShared: false };
  return resolved(emitFunction(renaming.of(owner), own, linker, printing), Renaming.none);
};

/** Returns the code of one function, with the values of its constants. */
const resolved = ({ text, constants, explored }: EmittedCode, renaming: Renaming): EmittedCode => ({
  text,
  constants: constants.map((constant) => OwnConstant.valueOf(constant, renaming)),
  explored: new Set([...explored].map((fn) => renaming.of(fn))),
});
