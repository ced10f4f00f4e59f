import type { TypeSet } from '../../../host/type-set.js';
import type { Rule } from '../../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import { unionNames } from '../../../types/union-name.js';
import type { Candidate, CandidateTable } from '../../rules/candidate.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import { Budget, defaultLimits } from '../../limits.js';
import { hasDefaultInstanceof } from '../../runtime/exact-class.js';
import type { CompiledFunction, KnownArgument } from '../compiled-function.js';
import { shapeOfConstant } from '../known-shapes.js';
import type { Linker } from '../linker.js';
import type { FieldFact, PlanFact, PlanFacts, TableFact } from '../plan-facts.js';
import { Renaming } from '../shared-plan.js';
import type { RuleComparisons } from './compare-rules.js';

/**
 * Finds the types, functions and rules that replace those of one plan in the plan of another function. Each method returns whether a pair
 * fits to all pairs before: a type always has the same replacement, and no two types have the same one.
 */
export class Alignment {
  readonly #replacements = new Map<unknown, unknown>();
  readonly #replaced = new Map<DeclaredType, DeclaredType>();

  /**
   * @param from the functions to which the plan belongs
   * @param to the functions to which the other function belongs: the same ones, or those of the next policy
   */
  constructor(
    readonly from: Linker,
    readonly to: Linker,
    readonly comparisons: RuleComparisons,
  ) {}

  /** Returns all replacements, and the other function as that of the function that has the plan. */
  renamingOf(fn: CompiledFunction, other: CompiledFunction): Renaming {
    this.#replacements.set(fn, other);
    return new Renaming(this.#replacements, this.to.emptyProof);
  }

  /** @param facts receives the same facts about the other function */
  fact(fact: PlanFact, facts: PlanFacts): boolean {
    return fact.kind === 'table' ? this.#tableFact(fact, facts) : this.#fieldFact(fact, facts);
  }

  // ── functions ──

  known(some: KnownArgument, other: KnownArgument): boolean {
    switch (some.kind) {
      case 'literal':
        return other.kind === 'literal' && some.value === other.value;
      case 'other':
        return other.kind === 'other' && this.#typeSets(some.types, other.types);
      case 'some':
        return (
          other.kind === 'some' && some.isOther === other.isOther && this.#typeSets(some.types, other.types)
        );
      case 'types': {
        if (other.kind !== 'types' || some.isRow !== other.isRow || some.mayGrow !== other.mayGrow)
          return false;
        if ((some.class === undefined) !== (other.class === undefined)) return false;
        if (!this.#typeSets(some.types, other.types)) return false;
        // The class is that of the nearest type.
        return some.class === undefined || this.#replacements.get(some.class) === other.class;
      }
      case 'anything':
      case 'tested':
        return some.kind === other.kind;
    }
  }

  /** Finds the function that replaces one that the plan calls. */
  callee(fn: CompiledFunction): boolean {
    const { to } = this;
    const predicate = to.context.program.predicates.get(fn.predicate.name);
    if (predicate === undefined) return false;
    const known: KnownArgument[] = [];
    for (const each of fn.known) {
      const other = this.#replacementOf(each);
      if (other === undefined) return false;
      known.push(other);
    }
    // There may be too many combinations of literals now, so that the function would have further parameters.
    if (to.generalize(predicate, known) !== known) return false;
    this.#replacements.set(fn, to.functionFor(predicate, known));
    return true;
  }

  #replacementOf(known: KnownArgument): KnownArgument | undefined {
    switch (known.kind) {
      case 'literal':
      case 'anything':
      case 'tested':
        return known;
      case 'other':
      case 'some': {
        const types = this.#replacementOfSet(known.types);
        return types && { ...known, types };
      }
      case 'types': {
        const types = this.#replacementOfSet(known.types);
        if (types === undefined) return undefined;
        if (known.class === undefined) return { ...known, types };
        const replacement = this.#replacements.get(known.class) as Class | undefined;
        return replacement && { ...known, types, class: replacement };
      }
    }
  }

  // ── rules ──

  #tableFact({ predicate, shapes, constants, table }: TableFact, facts: PlanFacts): boolean {
    const { to } = this;
    const { typeSets } = to.context;
    const otherPredicate = to.context.program.predicates.get(predicate.name);
    if (otherPredicate?.byArity.has(shapes.length) !== true) return false;
    const index = to.indexOf(otherPredicate, shapes.length);
    const otherShapes: ArgumentShape[] = [];
    for (const [i, shape] of shapes.entries()) {
      const constant = constants[i];
      if (constant !== undefined) {
        const other = shapeOfConstant(typeSets, constant.value, index, i);
        if (other.types !== shape.types || other.literal !== shape.literal || other.isOther !== shape.isOther)
          return false;
        otherShapes.push(other);
        continue;
      }
      const types = this.#replacementOfSet(shape.types);
      if (types === undefined) return false;
      otherShapes.push({ types, literal: undefined, isOther: shape.isOther });
    }
    const otherTable = index.tableFor(otherShapes, new Budget(defaultLimits, undefined));
    if (!this.#tables(table, otherTable)) return false;
    facts.addTable(otherPredicate, otherShapes, constants, otherTable);
    return true;
  }

  #tables(some: CandidateTable, other: CandidateTable): boolean {
    return (
      other.isMoreSpecific === undefined &&
      some.candidates.length === other.candidates.length &&
      some.candidates.every((candidate, i) => this.#candidates(candidate, other.candidates[i]!))
    );
  }

  #candidates(some: Candidate, other: Candidate): boolean {
    if (some.headLength !== other.headLength || some.unify.length !== other.unify.length) return false;
    if (!some.unify.every((position, i) => position === other.unify[i])) return false;
    if (!this.#rules(some.rule, other.rule)) return false;
    return some.headLength === 0 || this.#heads(some, other);
  }

  /** Checks that the same goals of the heads are left to prove. */
  #heads(some: Candidate, other: Candidate): boolean {
    const [head, otherHead] = [headOf(some.rule), headOf(other.rule)];
    for (let i = 0; i < some.headLength; i++)
      if (head.indexOf(some.goals[i]!) !== otherHead.indexOf(other.goals[i]!)) return false;
    return true;
  }

  #rules(some: Rule, other: Rule): boolean {
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    const comparison = this.comparisons.of(some, other);
    if (comparison === undefined) return false;
    for (const [type, otherType] of comparison.types) if (!this.#types(type, otherType)) return false;
    this.#replacements.set(some, other);
    // Only code for a module contains positions.
    if (this.to.knownTypes !== undefined)
      for (const [span, otherSpan] of comparison.spans) this.#replacements.set(span, otherSpan);
    return true;
  }

  // ── types ──

  #fieldFact({ type, name }: FieldFact, facts: PlanFacts): boolean {
    const otherType = this.#replacements.get(type) as DeclaredType | undefined;
    if (otherType === undefined) return false;
    const field = type.fields?.get(name);
    const otherField = otherType.fields?.get(name);
    facts.addField(otherType, name);
    if (field === undefined || otherField === undefined) return field === otherField;
    return field.optional === otherField.optional && this.#fieldTypes(field.type, otherField.type);
  }

  #fieldTypes(some: FieldType, other: FieldType): boolean {
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    if (some.kind !== other.kind) return false;
    this.#replacements.set(some, other);
    switch (some.kind) {
      case 'any':
        return some.isDate === (other as typeof some).isDate;
      case 'list':
        return this.#fieldTypes(some.of, (other as typeof some).of);
      case 'named': {
        const { name } = other as typeof some;
        const type = this.from.context.program.types.find(some.name);
        const otherType = this.to.context.program.types.find(name);
        return type === undefined || otherType === undefined
          ? type === otherType && some.name === name
          : this.#types(type, otherType);
      }
    }
  }

  #replacementOfSet(types: TypeSet): TypeSet | undefined {
    const known = this.#replacements.get(types) as TypeSet | undefined;
    if (known !== undefined) return known;
    return this.#typeSets(types, types) ? types : undefined;
  }

  #typeSets(some: TypeSet, other: TypeSet): boolean {
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    const areAlike =
      some.label === other.label &&
      some.isInstance === other.isInstance &&
      this.#all([...some.types], [...other.types]) &&
      this.#all(some.chain, other.chain) &&
      this.#all(some.declared, other.declared);
    if (areAlike) this.#replacements.set(some, other);
    return areAlike;
  }

  #all(some: readonly DeclaredType[], other: readonly DeclaredType[]): boolean {
    return some.length === other.length && some.every((type, i) => this.#types(type, other[i]!));
  }

  #types(some: DeclaredType, other: DeclaredType): boolean {
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    if (this.#replaced.has(other)) return false;
    this.#replacements.set(some, other);
    this.#replaced.set(other, some);
    return this.#areOneKind(some, other) && this.#haveSameUnions(some, other) && this.#areExact(some, other);
  }

  /** Checks the facts about types that a plan or its code depends on, apart from their fields. */
  #areOneKind(some: DeclaredType, other: DeclaredType): boolean {
    if (some.builtIn || other.builtIn) return some === other;
    return (
      (some.class === undefined) === (other.class === undefined) &&
      (some.is === undefined) === (other.is === undefined) &&
      some.discriminator?.field === other.discriminator?.field &&
      some.key?.join() === other.key?.join() &&
      (some.equals === undefined) === (other.equals === undefined)
    );
  }

  #haveSameUnions(some: DeclaredType, other: DeclaredType): boolean {
    const [unions, otherUnions] = [this.from.context.program.unions, this.to.context.program.unions];
    return unionNames.every((name) => unions[name].includes(some) === otherUnions[name].includes(other));
  }

  #areExact(some: DeclaredType, other: DeclaredType): boolean {
    const { from, to } = this;
    if (some.builtIn) return true;
    const [exact, otherExact] = [from.exactArgument(some, false), to.exactArgument(other, false)];
    if (exact === undefined || otherExact === undefined) return exact === otherExact;
    if (exact.isRow !== otherExact.isRow) return false;
    if (exact.class !== undefined && otherExact.class !== undefined) {
      if (hasDefaultInstanceof(exact.class) !== hasDefaultInstanceof(otherExact.class)) return false;
      if (from.equalsOnlyItself(exact) !== to.equalsOnlyItself(otherExact)) return false;
      this.#replacements.set(exact.class, otherExact.class);
      this.#replacements.set(exact.class.prototype, otherExact.class.prototype);
    } else {
      const [mark, otherMark] = [from.rowMark(some), to.rowMark(other)];
      if (mark?.field !== otherMark?.field) return false;
      this.#replacements.set(mark, otherMark);
    }
    return (
      this.#typeSets(exact.types, otherExact.types) &&
      areExtensionsExact(from, some) === areExtensionsExact(to, other)
    );
  }
}

const headOf = (rule: Rule) => rule.parameters.flatMap(({ goals }) => goals);

const areExtensionsExact = (linker: Linker, type: DeclaredType): boolean =>
  linker.extensionsOf(type).every((each) => linker.exactClass(each) !== undefined);
