import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { fieldsOfParameters, givesType } from '../../compiler/local-fields.js';
import type { Linker } from '../../compiler/linker.js';
import { restarts } from '../../compiler/plan-analysis.js';
import type { Operand, Plan } from '../../compiler/plan.js';
import { findMark } from '../../../host/row-mark.js';
import type { DeclaredType, Field } from '../../../types/declared-type.js';
import { isExactly } from '../../runtime/exact-class.js';
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
  /** The fields of the locals that reads have tested, and the types of the parameters. */
  readonly fields: Map<number, Field>;
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
    this.fields = fieldsOfParameters(fn, plan.params);
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

  /** Returns the closure that reads an operand for an operation that depends on its type. */
  typed(operand: Operand): Get {
    const get = this.get(operand);
    const typed = this.typing(operand);
    return typed === undefined ? get : (locals) => typed(get(locals));
  }

  /** Returns the function that adds its field to the value of an operand, or undefined if the value has none. */
  typing(operand: Operand): ((value: unknown) => unknown) | undefined {
    const field = operand.kind === 'local' ? this.fields.get(operand.local) : undefined;
    if (field === undefined || !givesType(field, this.linker)) return undefined;
    const { runtime } = this;
    return (value) => runtime.ref(value, field);
  }

  /** Builds what comes after a local that is tested against the declaration of its field. */
  after<Built>(local: number, field: Field | undefined, build: () => Built): Built {
    if (field !== undefined) this.fields.set(local, field);
    const built = build();
    this.fields.delete(local);
    return built;
  }

  /**
   * Returns the test that a value has exactly this type, or undefined if only the runtime can tell.
   *
   * @param isTested whether it is nil or a row of this type, because a read has tested it
   */
  exactTest(type: DeclaredType, isTested: boolean): ((value: unknown) => boolean) | undefined {
    if (isTested) return (value) => value !== null;
    const { typeSets } = this.linker.context;
    const exact = this.linker.exactClass(type);
    if (exact !== undefined) return (value) => isExactly(value, exact.prototype as object, typeSets);
    const wanted = this.linker.rowMark(type);
    if (wanted === undefined) return undefined;
    return (value) => {
      const mark = findMark(value, typeSets.discriminators);
      return mark !== undefined && mark.field === wanted.field && mark.value === wanted.value;
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
