import type { TypeNode } from './policy-graph.js';

/** A type in the columns of a picture. Columns are counted from the left, and rows from above. */
export interface Place {
  readonly type: TypeNode;
  readonly column: number;
  readonly row: number;
  /** The roles with the strongest first: a role that implies others is above them. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/**
 * Places the types in columns by their distance from a type without relations, so that a relation leads from left to right. A relation that
 * closes a circle does not count.
 */
export function columnsOf(types: readonly TypeNode[]): readonly (readonly Place[])[] {
  const depths = new Map<string, number>();
  const depthOf = (type: TypeNode, above: readonly string[]): number => {
    const known = depths.get(type.name);
    if (known !== undefined) return known;
    const related = Object.values(type.relations).flatMap((name) =>
      types.filter((other) => other.name === name),
    );
    const next = related.filter(({ name }) => name !== type.name && !above.includes(name));
    const depth = Math.max(0, ...next.map((other) => depthOf(other, [...above, type.name]) + 1));
    depths.set(type.name, depth);
    return depth;
  };
  const columns: TypeNode[][] = [];
  for (const type of types) (columns[depthOf(type, [])] ??= []).push(type);
  return columns
    .filter((column) => column !== undefined)
    .map((column, at) =>
      column.map((type, row) => ({
        type,
        column: at,
        row,
        roles: inOrder(type),
        permissions: type.permissions,
      })),
    );
}

function inOrder({ roles, grants }: TypeNode): readonly string[] {
  const rank = (role: string, seen: readonly string[]): number => {
    const implied = grants.filter(
      ({ needs, on, gives }) =>
        needs === role && on === undefined && roles.includes(gives) && !seen.includes(gives),
    );
    return Math.max(0, ...implied.map(({ gives }) => rank(gives, [...seen, role]) + 1));
  };
  // Many roles that imply each other would have too many paths.
  if (grants.length > 60) return roles;
  const ranks = new Map(roles.map((role) => [role, rank(role, [role])]));
  return roles.toSorted((a, b) => ranks.get(b)! - ranks.get(a)!);
}
