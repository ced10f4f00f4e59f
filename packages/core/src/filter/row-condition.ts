import type { Condition, Scope } from './condition.js';
import type { RowFilter } from './row-filter.js';

/** The rows of a type on which an actor may perform an action. */
export interface RowCondition {
  /** The name of the type whose rows the condition is about. */
  readonly type: string;
  /** The row that is filtered, as the condition calls it. */
  readonly row: Scope;
  /** The condition with its three outcomes. */
  readonly condition: Condition;
  /** The filter of the rows for which the condition is true: the form that adapters print. */
  readonly filter: RowFilter;
}

/** The condition of the rows of a list, and for each field the filter of the rows on which the actor may perform an action on it. */
export interface FieldConditions {
  readonly condition: RowCondition;
  readonly fields: ReadonlyMap<string, RowFilter>;
}

/**
 * The pairs of an actor and a row such that the actor may perform an action on the row: the condition for every actor of a type. A query
 * of one actor needs a `RowCondition` instead.
 */
export interface ActorCondition {
  /** The name of the type of the rows. */
  readonly type: string;
  readonly row: Scope;
  /** The actor, as the condition calls it. Its columns are the fields of the actor. */
  readonly actor: Scope;
  readonly condition: Condition;
  /** The filter of the pairs for which the condition is true. */
  readonly pairs: RowFilter;
}
