import { RelationReader, type RelationTree } from '../analysis/read-relations.js';
import type { Program } from '../ir/program.js';
import { findType, type TypeReference } from './find-type.js';
import { validateArgument, isText } from './validate-options.js';
import { validateRelationsOptions } from './validate-load-options.js';

export type { RelationTree } from '../analysis/read-relations.js';

export interface RelationsOptions {
  /** An action on fields, such as `'read'`: the tree also has the relations that the rules `allow_field` read for it. */
  readonly fields?: string | undefined;
  /**
   * How often a path follows the same relation, which a recursive rule follows without end. Default: 1. A check that follows it more often
   * is undecided.
   */
  readonly depth?: number | undefined;
  /**
   * `true` promises that the query loads only rows that the `where` of a relation accepts, as TypeORM and Sequelize do for deleted rows and
   * Mongoose for `match`. By default such a relation is left out, because other libraries load all rows, and a check would read them.
   */
  readonly filtered?: boolean | undefined;
}

/** Finds the relations that checks of some actions on a row of a type can read. */
export function relationsFor(
  program: Program,
  actions: unknown,
  type: TypeReference,
  options: RelationsOptions,
): RelationTree {
  const call = 'relationsFor(action, type)';
  const list: readonly unknown[] = Array.isArray(actions) ? actions : [actions];
  for (const action of list) validateArgument(call, action, 'an action, or a list of actions', isText);
  const found = findType(program.types, call, type);
  validateRelationsOptions(options);
  const { fields, depth = 1, filtered = false } = options;
  const reader = new RelationReader(program, found, depth, filtered);
  for (const action of list) reader.addAction(action as string);
  if (fields !== undefined) reader.addFieldAction(fields);
  return reader.tree;
}
