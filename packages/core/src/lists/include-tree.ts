import { PolarError } from '../diagnostics/polar-error.js';
import { didYouMean } from '../internal/near-names.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import type { TypeTable } from '../types/type-table.js';
import { invalidOption } from './row-search.js';

/** The related rows to read with the rows of a type. */
export interface IncludeTree {
  readonly branches: readonly IncludeBranch[];
}

/** The related rows of one relation, with their own related rows. */
export interface IncludeBranch extends IncludeTree {
  readonly relation: Relation;
}

/** A path can come from a client, and each relation is a query. */
const maxRelations = 20;

/**
 * Returns the relations that the option `include` names by their paths, such as `folder` and `comments.author`. A path includes all relations
 * on its way.
 *
 * @param readsJoinTables whether the adapter returns the keys in the join table of a relation
 * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for a path that is not one of relations; `POLAR_LIST_NO_KEY` for related rows without a
 *   key, such as embedded documents
 */
export function includeTree(
  type: DeclaredType,
  paths: readonly string[],
  types: TypeTable,
  readsJoinTables: boolean,
): IncludeTree {
  let count = 0;
  const root: GrowingTree = { branches: [] };
  for (const path of paths) {
    let [tree, owner]: [GrowingTree, DeclaredType] = [root, type];
    for (const name of path.split('.')) {
      const relation = relationOf(owner, name, path, readsJoinTables);
      const related = types.find(relation.type)!;
      if (related.key === undefined) throw new PolarError('POLAR_LIST_NO_KEY', { type: related.name });
      let branch = tree.branches.find((each) => each.relation === relation);
      if (branch === undefined) {
        if (++count > maxRelations)
          throw invalidOption(
            'include',
            `must have at most ${maxRelations} relations, each of which is a query`,
          );
        tree.branches.push((branch = { relation, branches: [] }));
      }
      [tree, owner] = [branch, related];
    }
  }
  return root;
}

interface GrowingTree extends IncludeTree {
  readonly branches: (GrowingTree & IncludeBranch)[];
}

function relationOf(type: DeclaredType, name: string, path: string, readsJoinTables: boolean): Relation {
  const relation = type.relations.get(name);
  const where = path === name ? '' : ` in \`${path}\``;
  if (relation === undefined) {
    const known = [...type.relations.keys()];
    const instead =
      didYouMean(name, known) ||
      (known.length === 0 ? '; it has no relations' : `; its relations are ${known.join(', ')}`);
    throw invalidOption(
      'include',
      `names \`${name}\`${where}, which is not a relation of \`${type.name}\`${instead}`,
    );
  }
  if (relation.through !== undefined && !readsJoinTables)
    throw invalidOption(
      'include',
      `names \`${name}\`${where}, whose join table \`${relation.through.table}\` the option \`resources\` cannot read; declare a type for ` +
        `the join table, and include its rows with many(…) and one(…)`,
    );
  return relation;
}
