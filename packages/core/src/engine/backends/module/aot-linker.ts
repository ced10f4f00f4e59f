import type { TypeSet } from '../../../host/type-set.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { PolicyLinker } from '../../compiler/linker/policy-linker.js';
import type { ProgramContext } from '../../program-context.js';
import { knownTypes, leadsToTypes } from './known-types.js';

/** The linker of ahead-of-time compilation: all types are known, because the code cannot bail out. */
export class AotLinker extends PolicyLinker {
  override readonly knownTypes: readonly TypeSet[];
  readonly #setsOf = new Map<DeclaredType, TypeSet[]>();

  constructor(context: ProgramContext) {
    super(context, { recordsProofs: false, deniesUndecided: false });
    this.knownTypes = knownTypes(
      context.program.types,
      context.typeSets,
      leadsToTypes(context.program.types),
    );
    for (const set of this.knownTypes)
      for (const type of set.types) {
        const known = this.#setsOf.get(type);
        if (known === undefined) this.#setsOf.set(type, [set]);
        else known.push(set);
      }
  }

  /** Code for all types in place of a dispatch would be too large. */
  protected override get dispatchesOnFields(): boolean {
    return false;
  }

  /** Returns the known sets that contain a type. */
  setsWith(type: DeclaredType): readonly TypeSet[] {
    return this.#setsOf.get(type) ?? [];
  }
}
