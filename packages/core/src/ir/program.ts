import type { Span } from '../diagnostics/span.js';
import type { Policy } from '../policy/policy.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { TypeTable, UnionName } from '../types/type-table.js';
import type { Goal, Predicate, Rule } from './goal.js';

/** A list of goals with its variables: a query. */
export interface LinkedQuery {
  readonly goals: readonly Goal[];
  readonly slotNames: readonly string[];
  readonly span: Span;
}

/** A policy linked to the types of the application: names resolved, variables in slots. Immutable. */
export interface Program {
  readonly policy: Policy;
  readonly types: TypeTable;
  readonly predicates: ReadonlyMap<string, Predicate>;
  readonly inlineQueries: readonly LinkedQuery[];
  /** The declared facts, as rules that hold for all values of their types. Only an analysis reads them: no query can know what will be a fact. */
  readonly declaredFacts: readonly Rule[];
  /** The member types of the unions, in order of declaration. */
  readonly unions: Readonly<Record<UnionName, readonly DeclaredType[]>>;
}
