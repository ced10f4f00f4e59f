import type { TypeSet } from '../../../host/type-set.js';
import type { Rule } from '../../../ir/goal.js';
import type { DeclaredType, Field, FieldType } from '../../../types/declared-type.js';
import type { Class } from '../../../types/type-declaration.js';
import type { Candidate, CandidateTable } from '../../rules/candidate.js';
import type { ArgumentShape } from '../../rules/argument-shape.js';
import type { CompiledFunction, KnownArgument } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { shapeOfConstant } from '../known-shapes.js';
import type { FieldFact, PlanFact, PlanFacts, TableFact } from '../plan-facts.js';
import { Renaming } from '../shared-plan.js';
import type { RuleShapes } from '../../../ir/rule-shape.js';
import type { TypeShapes } from './type-shape.js';

/** A policy, and what its types have in common with others. */
export interface AlignedPolicy {
  readonly linker: Linker;
  readonly types: TypeShapes;
}

/**
 * Finds the types, functions and rules that replace those of one plan in the plan of another function. Each method returns whether a pair
 * fits to all pairs before: a type always has the same replacement, and no two types have the same one.
 */
export class Alignment {
  readonly #replacements = new Map<unknown, unknown>();
  readonly #replaced = new Map<DeclaredType, DeclaredType>();

  /**
   * @param from the policy to which the plan belongs
   * @param to the policy to which the other function belongs: the same one, or the next one
   */
  constructor(
    readonly from: AlignedPolicy,
    readonly to: AlignedPolicy,
    readonly rules: RuleShapes,
  ) {}

  /** Returns all replacements, and the other function as that of the function that has the plan. */
  renamingOf(fn: CompiledFunction, other: CompiledFunction): Renaming {
    this.#replacements.set(fn, other);
    return new Renaming(this.#replacements, this.to.linker.emptyProof);
  }

  /** @param facts receives the same facts about the other function, if it belongs to another policy */
  fact(fact: PlanFact, facts: PlanFacts | undefined): boolean {
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
        if (other.kind !== 'types' || some.isRow !== other.isRow) return false;
        if ((some.class === undefined) !== (other.class === undefined)) return false;
        if (!this.#typeSets(some.types, other.types)) return false;
        // The class is that of the nearest type.
        return some.class === undefined || this.#replacements.get(some.class) === other.class;
      }
      case 'anything':
      case 'tested':
      case 'unbound':
        return some.kind === other.kind;
    }
  }

  /** Finds the function that replaces one that the plan calls. */
  callee(fn: CompiledFunction): boolean {
    if (this.#replacements.has(fn)) return true;
    const { linker: to } = this.to;
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
      case 'unbound':
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

  #tableFact({ predicate, shapes, constants, table }: TableFact, facts: PlanFacts | undefined): boolean {
    const { linker: to } = this.to;
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
    const otherTable = index.tableFor(otherShapes, to.meter);
    if (!this.#tables(table, otherTable)) return false;
    facts?.addTable(otherPredicate, otherShapes, constants, otherTable);
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
    const { length } = some.head;
    if (length !== other.head.length || some.unify.length !== other.unify.length) return false;
    if (some.isTrial !== other.isTrial) return false;
    if (!some.unify.every((position, i) => position === other.unify[i])) return false;
    if (!this.#rules(some.rule, other.rule)) return false;
    return length === 0 || this.#heads(some, other);
  }

  /** Checks that the same goals of the heads are left to prove. */
  #heads(some: Candidate, other: Candidate): boolean {
    const [head, otherHead] = [headOf(some.rule), headOf(other.rule)];
    for (let i = 0; i < some.head.length; i++)
      if (head.indexOf(some.head[i]!) !== otherHead.indexOf(other.head[i]!)) return false;
    return true;
  }

  #rules(some: Rule, other: Rule): boolean {
    this.to.linker.meter.step();
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    const shape = this.rules.of(some, this.from.linker.context.program.types);
    const { text, types, spans } = this.rules.of(other, this.to.linker.context.program.types);
    if (shape.text !== text || !this.#all(shape.types, types)) return false;
    this.#replacements.set(some, other);
    if (this.to.linker.passesPositions)
      shape.spans.forEach((span, i) => this.#replacements.set(span, spans[i]));
    return true;
  }

  // ── types ──

  #fieldFact({ type, name }: FieldFact, facts: PlanFacts | undefined): boolean {
    const otherType = this.#replacements.get(type) as DeclaredType | undefined;
    if (otherType === undefined) return false;
    facts?.addField(otherType, name);
    return this.#fields(type.places.get(name), otherType.places.get(name));
  }

  #fields(some: Field | undefined, other: Field | undefined): boolean {
    if (some === undefined || other === undefined) return some === other;
    const known = this.#replacements.get(some);
    if (known !== undefined) return known === other;
    this.#replacements.set(some, other);
    return (
      some.nullable === other.nullable &&
      some.optional === other.optional &&
      some.kind === other.kind &&
      this.#fieldTypes(some.type, other.type) &&
      this.#fields(some.element, other.element)
    );
  }

  #fieldTypes(some: FieldType, other: FieldType): boolean {
    if (some.kind !== other.kind) return false;
    switch (some.kind) {
      case 'any':
      case 'date':
      case 'decimal':
        return true;
      case 'instance':
        return some.class === (other as typeof some).class;
      case 'one-of':
        return some.values.join('\n') === (other as typeof some).values.join('\n');
      case 'list':
        return (
          some.hasNil === (other as typeof some).hasNil &&
          this.#fieldTypes(some.of, (other as typeof some).of)
        );
      case 'named': {
        const { name } = other as typeof some;
        const type = this.from.linker.context.program.types.find(some.name);
        const otherType = this.to.linker.context.program.types.find(name);
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
    return this.#shapes(some, other);
  }

  #shapes(some: DeclaredType, other: DeclaredType): boolean {
    if (some.builtIn || other.builtIn) return some === other;
    const { text, exact, mark } = this.from.types.of(some);
    const shape = this.to.types.of(other);
    if (text !== shape.text) return false;
    if (exact === undefined) return true;
    if (exact.class === undefined) this.#replacements.set(mark, shape.mark);
    else {
      const otherClass = shape.exact!.class!;
      this.#replacements.set(exact.class, otherClass);
      this.#replacements.set(exact.class.prototype, otherClass.prototype);
    }
    return this.#typeSets(exact.types, shape.exact!.types);
  }
}

const headOf = (rule: Rule) => rule.parameters.flatMap(({ goals }) => goals);
