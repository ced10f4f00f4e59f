import type { TypeSet } from '../../../host/type-set.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { anything, keyOf, type CompiledFunction } from '../../compiler/compiled-function.js';
import { shapesOf } from '../../compiler/known-shapes.js';
import { PolicyLinker } from '../../compiler/linker/policy-linker.js';
import type { ProgramContext } from '../../program-context.js';
import { Budget, defaultLimits } from '../../limits.js';
import { classesOf, groupByRules } from '../../rules/rule-groups.js';
import { knownTypes, leadsToTypes } from './known-types.js';

/** The linker of ahead-of-time compilation: all types are known, because the code cannot bail out. */
export class AotLinker extends PolicyLinker {
  override readonly knownTypes: readonly TypeSet[];
  readonly #setsOf = new Map<DeclaredType, TypeSet[]>();
  /** The sets of types that an argument may have, by one of the sets for which the same rules apply, and by the other facts. */
  readonly #possible = new Map<string, ReadonlyMap<TypeSet, readonly TypeSet[] | undefined>>();

  /** Classes of sets, by the types that rules require. Most functions dispatch on the same types. */
  readonly #classes = new Map<string, readonly (readonly TypeSet[])[]>();

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

  /** Returns the sets for which the same rules apply, and larger ones: a value can get further types from fields during a check. */
  override possibleTypes(fn: CompiledFunction, position: number): readonly TypeSet[] | undefined {
    const known = fn.known[position]!;
    if (known.kind !== 'some') return undefined;
    const others = fn.known.map((k, i) => (i === position ? anything : k));
    const key = `${keyOf(fn.predicate, others)}${position}${known.isOther}`;
    let possible = this.#possible.get(key);
    if (possible === undefined) {
      const index = this.indexOf(fn.predicate, fn.known.length);
      const shapes = shapesOf(others, index, this.context.typeSets);
      const groups = groupByRules(
        classesOf(this.knownTypes, index.typesRequired(shapes, position)),
        (types) =>
          index.tableFor(
            shapes.map((shape, i) =>
              i === position ? { types, literal: undefined, isOther: known.isOther } : shape,
            ),
            new Budget(defaultLimits, undefined),
          ),
      );
      possible = new Map(
        groups.flatMap(({ types }) => {
          const sets = this.#withLarger(types);
          return types.map((set) => [set, sets] as const);
        }),
      );
      this.#possible.set(key, possible);
    }
    return possible.get(known.types);
  }

  /** Returns undefined for all known sets. */
  #withLarger(sets: readonly TypeSet[]): readonly TypeSet[] | undefined {
    const found = new Set<TypeSet>();
    for (const set of sets) {
      const [first] = set.types;
      if (first === undefined) return undefined;
      for (const other of this.setsWith(first))
        if ([...set.types].every((type) => other.types.has(type))) found.add(other);
    }
    return [...found];
  }

  /** Returns the known sets that contain one of these types, in classes for which the same rules apply. */
  classesWith(required: ReadonlySet<DeclaredType>): readonly (readonly TypeSet[])[] {
    const key = [...required].map(({ id }) => id).join();
    let classes = this.#classes.get(key);
    if (classes === undefined) {
      const sets = new Set([...required].flatMap((type) => this.setsWith(type)));
      this.#classes.set(key, (classes = classesOf(sets, required)));
    }
    return classes;
  }

  /** Returns the known sets that contain a type. */
  setsWith(type: DeclaredType): readonly TypeSet[] {
    return this.#setsOf.get(type) ?? [];
  }
}
