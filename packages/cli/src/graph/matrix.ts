import type { Colors } from '../output/io.js';
import type { PolicyGraph, TypeNode } from './policy-graph.js';

/** The permissions of a type, and the roles that give them by shorthand rules. */
export interface PermissionMatrix {
  readonly type: string;
  /** The roles on the type, and those on related resources, such as `member on organization`. */
  readonly roles: readonly string[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixRow {
  readonly permission: string;
  /** The roles that give the permission, directly or through other roles. */
  readonly roles: readonly string[];
}

/** Returns a matrix for each type with permissions. Rules with conditions of their own are not part of it. */
export const matricesOf = ({ types }: PolicyGraph): readonly PermissionMatrix[] =>
  types
    .filter(({ permissions }) => permissions.length > 0)
    .map((type) => {
      const rows = type.permissions.map((permission) => ({
        permission,
        roles: rolesFor(permission, type, types),
      }));
      const found = new Set(rows.flatMap(({ roles }) => roles));
      const roles = [...type.roles, ...[...found].filter((role) => !type.roles.includes(role))];
      return { type: type.name, roles, rows };
    });

/** The greatest number of relations between a resource and a role that counts for it. */
const maxRelations = 4;

/** Follows the shorthand rules backward from a permission. Each name is visited once for each path of relations. */
function rolesFor(permission: string, type: TypeNode, types: readonly TypeNode[]): readonly string[] {
  const found = new Set<string>();
  const visited = new Set<string>();
  follow(permission, type, []);
  return [...found];

  /** @param relations the relations from the resource to the type, the nearest to the type first */
  function follow(name: string, at: TypeNode, relations: readonly string[]): void {
    const path = relations.join(' of ');
    const key = JSON.stringify([at.name, name, path]);
    if (visited.has(key)) return;
    visited.add(key);
    if (at.roles.includes(name)) found.add(path === '' ? name : `${name} on ${path}`);
    for (const { gives, needs, on } of at.grants) {
      if (gives !== name) continue;
      if (on === undefined) follow(needs, at, relations);
      else {
        const related = types.find((other) => other.name === at.relations[on]);
        // A relation that comes twice, such as a folder's parent, would have no end.
        const isNew = !relations.includes(on) && relations.length < maxRelations;
        if (related !== undefined && isNew) follow(needs, related, [on, ...relations]);
      }
    }
  }
}

/** Prints the matrices as tables for a terminal. */
export const matrixText = (matrices: readonly PermissionMatrix[], colors: Colors): string =>
  matrices.map((matrix) => tableOf(matrix, colors)).join('\n\n');

function tableOf({ type, roles, rows }: PermissionMatrix, colors: Colors): string {
  const first = Math.max(type.length, ...rows.map(({ permission }) => permission.length));
  const head = [colors.bold(type.padEnd(first)), ...roles].join('  ');
  const lines = rows.map(({ permission, roles: given }) =>
    [
      permission.padEnd(first),
      ...roles.map((role) => (given.includes(role) ? colors.green('✓') : '·') + ' '.repeat(role.length - 1)),
    ]
      .join('  ')
      .trimEnd(),
  );
  return [head, ...lines].join('\n');
}

/** Prints the matrices as tables in Markdown. */
export const matrixMarkdown = (matrices: readonly PermissionMatrix[]): string =>
  matrices
    .map(({ type, roles, rows }) =>
      [
        row([type, ...roles]),
        row([type, ...roles].map(() => '---')),
        ...rows.map(({ permission, roles: given }) =>
          row([permission, ...roles.map((role) => (given.includes(role) ? '✓' : ''))]),
        ),
      ].join('\n'),
    )
    .join('\n\n');

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
