import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Linker } from '../../compiler/linker.js';
import { restarts } from '../../compiler/plan-analysis.js';
import type { FromField, Operand, Plan } from '../../compiler/plan.js';
import { findMark } from '../../../host/row-mark.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { isExactly, isUnmarkedRow } from '../../runtime/exact-class.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Get, Step } from './steps.js';
import { failed } from './steps.js';

/** The state of building one function of closures. */
export class ClosureBuilder {
  /** The number of locals so far. */
  size = 0;
  loops = false;
  /** Whether the remaining alternatives of a call may run in a second call. */
  mayCallTwice = true;
  /** The local with the proof of the rounds before, in a loop that records its proof. */
  readonly loopProof: number | undefined;
  /** The number of locals that the plan does not know. */
  #additional = 0;
  /** The local that records a cut in the statements after a call. */
  #cut: number | undefined = undefined;

  constructor(
    readonly fn: CompiledFunction,
    readonly plan: Plan,
    readonly linker: Linker,
    readonly runtime: Runtime,
  ) {
    this.loopProof = linker.emptyProof !== undefined && restarts(plan.body) ? this.newSlot() : undefined;
  }

  /** Returns the closure that reads an operand. */
  get(operand: Operand): Get {
    if (operand.kind === 'constant') {
      const { value } = operand;
      return () => value;
    }
    const at = this.slot(operand.local);
    return (locals) => locals[at];
  }

  /**
   * Returns the test that a value has exactly this type, or undefined if only the runtime can tell.
   *
   * @param isFromField whether the value was read from a field of this type
   */
  exactTest(type: DeclaredType, isFromField: FromField): ((value: unknown) => boolean) | undefined {
    const { typeSets } = this.linker.context;
    const exact = this.linker.exactClass(type);
    if (exact !== undefined) return (value) => isExactly(value, exact.prototype as object, typeSets);
    const wanted = this.linker.rowMark(type);
    if (wanted === undefined) return undefined;
    return (value) => {
      const mark = findMark(value, typeSets.discriminators);
      if (mark === undefined)
        return isFromField !== false && isUnmarkedRow(value, typeSets) && this.runtime.hasOnly(value, type);
      return mark.field === wanted.field && mark.value === wanted.value;
    };
  }

  /** Makes room for a local. */
  slot(local: number): number {
    this.size = Math.max(this.size, local + 1);
    return local;
  }

  /** Adds a local that the plan does not know. */
  newSlot(): number {
    return this.slot(this.plan.locals + this.#additional++);
  }

  cutSlot(): number {
    return (this.#cut ??= this.newSlot());
  }

  /** Returns a step that runs once, until the local is reset to `false`. */
  once(step: Step): { readonly step: Step; readonly local: number } {
    const local = this.newSlot();
    return {
      local,
      step: (locals) => {
        if (locals[local] === true) return failed;
        locals[local] = true;
        return step(locals);
      },
    };
  }
}
