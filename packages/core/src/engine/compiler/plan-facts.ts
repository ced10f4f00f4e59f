import type { DeclaredType } from '../../types/declared-type.js';
import type { Predicate } from '../../ir/goal.js';
import type { ArgumentShape } from '../rules/argument-shape.js';
import type { CandidateTable } from '../rules/candidate.js';

/** A constant argument. */
export interface Constant {
  readonly kind: 'constant';
  readonly value: unknown;
}

/** The rules that may apply to some arguments. */
export interface TableFact {
  readonly kind: 'table';
  readonly predicate: Predicate;
  readonly shapes: readonly ArgumentShape[];
  /** The arguments that are constants. Their shapes also depend on the literals of the rules. */
  readonly constants: readonly (Constant | undefined)[];
  readonly table: CandidateTable;
}

/** The declaration of a field, or that there is none. */
export interface FieldFact {
  readonly kind: 'field';
  readonly type: DeclaredType;
  readonly name: string;
}

export type PlanFact = TableFact | FieldFact;

/** The facts about rules and types on which a plan depends, in the order in which they were needed. */
export class PlanFacts {
  readonly all: PlanFact[] = [];
  /** Whether all facts are known, so that another function with the same facts has the same plan. */
  areComplete = true;
  readonly #tables = new Set<CandidateTable>();
  readonly #fields = new Map<DeclaredType, Set<string>>();

  addTable(
    predicate: Predicate,
    shapes: readonly ArgumentShape[],
    constants: readonly (Constant | undefined)[],
    table: CandidateTable,
  ): void {
    if (this.#tables.has(table)) return;
    this.#tables.add(table);
    this.all.push({ kind: 'table', predicate, shapes, constants, table });
  }

  addField(type: DeclaredType, name: string): void {
    let names = this.#fields.get(type);
    if (names === undefined) this.#fields.set(type, (names = new Set()));
    if (names.has(name)) return;
    names.add(name);
    this.all.push({ kind: 'field', type, name });
  }
}
