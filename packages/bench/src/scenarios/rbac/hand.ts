import type { ItemRow, RoleRow, UserRow } from './rows.ts';
import type { Item, Role, RoleName, User } from './world.ts';

/** The rank that an action needs; 5, which no user has, for an action that does not exist. */
function needed(action: string): number {
  switch (action) {
    case 'read':
    case 'export':
      return 1;
    case 'comment':
      return 2;
    case 'edit':
    case 'share':
      return 3;
    case 'delete':
      return 4;
    default:
      return 5;
  }
}

function rank(role: RoleName): number {
  switch (role) {
    case 'viewer':
      return 1;
    case 'commenter':
      return 2;
    case 'editor':
      return 3;
    case 'owner':
      return 4;
    default:
      return 0;
  }
}

function grants(roles: readonly Role[], action: string, resource: Item): boolean {
  const least = needed(action);
  for (const role of roles) if (role.resource === resource && rank(role.name) >= least) return true;
  return false;
}

export function isAllowed(user: User, action: string, resource: Item): boolean {
  return grants(user.roles, action, resource);
}

export async function isAllowedAsync(user: User, action: string, resource: Item): Promise<boolean> {
  return grants(await user.fetchRoles(), action, resource);
}

/** Rows are new for each request, so they are compared by their ids. */
function grantsRow(roles: readonly RoleRow[], action: string, { id }: ItemRow): boolean {
  const least = needed(action);
  for (const role of roles) if (role.resource.id === id && rank(role.name) >= least) return true;
  return false;
}

export function isAllowedRow(user: UserRow, action: string, resource: ItemRow): boolean {
  return grantsRow(user.roles, action, resource);
}

export async function isAllowedRowAsync(user: User, action: string, resource: ItemRow): Promise<boolean> {
  return grantsRow(await user.fetchRoles(), action, resource);
}
