import type { RowMark } from '../../../host/row-mark.js';
import type { TypeSet } from '../../../host/type-set.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { NotCompilable } from '../../compiler/not-compilable.js';
import { PolicyLinker } from '../../compiler/linker/policy-linker.js';
import { longestChain } from '../../compiler/thresholds.js';
import type { ProgramContext } from '../../program-context.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { Candidate } from '../../rules/candidate.js';
import { classesOf } from '../../rules/rule-groups.js';
import { orderBySpecificity } from '../../rules/specificity.js';
import { everyType, knownTypes, leadsToTypes } from './known-types.js';

/** The linker of ahead-of-time compilation: all types are known, because the code cannot bail out. */
export class AotLinker extends PolicyLinker {
  override readonly knownTypes: readonly TypeSet[];
  override readonly passesPositions = true;
  readonly #setsOf = new Map<DeclaredType, TypeSet[]>();
  /** All types as one set, if a value may have any of them at the same time. */
  readonly #everyType: TypeSet | undefined;

  /** Classes of sets, by the types that rules require. Most functions dispatch on the same types. */
  readonly #classes = new Map<string, readonly (readonly TypeSet[])[]>();

  constructor(context: ProgramContext) {
    super(context, { recordsProofs: false, deniesUndecided: false });
    this.knownTypes = knownTypes(
      context.program.types,
      context.typeSets,
      leadsToTypes(context.program.types),
    );
    const { typeSets } = context;
    if (typeSets.hasPredicates || typeSets.discriminators !== undefined)
      this.#everyType = everyType(context.program.types, typeSets);
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

  /** Whether a value may have several types that predicates or discriminators recognize. */
  get hasMixedTypes(): boolean {
    return this.#everyType !== undefined;
  }

  /** Checks whether a function tests the types of an argument in each rule, for values with several types. */
  servesMixedTypes(fn: CompiledFunction): boolean {
    return this.hasMixedTypes && fn.known.some((_, i) => this.#testsTypesAt(fn, i));
  }

  #testsTypesAt({ predicate, known }: CompiledFunction, position: number): boolean {
    return (
      known[position]!.kind === 'tested' && this.indexOf(predicate, known.length).hasSpecializerAt(position)
    );
  }

  /** The order of the rules for a value with several types is not known. It decides only which error is found first, unless a rule has a cut. */
  override rulesInOrder(
    fn: CompiledFunction,
    candidates: readonly Candidate[],
    shapes: readonly ArgumentShape[],
  ): readonly Candidate[] {
    const types = this.#everyType;
    if (types === undefined || !this.servesMixedTypes(fn)) return candidates;
    if (candidates.some(({ rule }) => rule.hasCut))
      throw new NotCompilable('a cut that depends on an order of types');
    const mixed = shapes.map((shape, i) =>
      this.#testsTypesAt(fn, i) ? { types, literal: undefined, isOther: false } : shape,
    );
    return orderBySpecificity(candidates, mixed, this.meter).candidates;
  }

  /** Whether code reads the marks of values inline. With more discriminators, it would be long. */
  get readsMarks(): boolean {
    return (this.context.typeSets.discriminators?.fields.length ?? 0) <= longestChain;
  }

  override exactClass(type: DeclaredType): Class | undefined {
    return this.readsMarks ? super.exactClass(type) : undefined;
  }

  override rowMark(type: DeclaredType): RowMark | undefined {
    return this.readsMarks ? super.rowMark(type) : undefined;
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
