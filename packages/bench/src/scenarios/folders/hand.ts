import type { FolderRow, UserRow } from './rows.ts';
import type { Folder, User } from './world.ts';

export function isAllowed(user: User, action: string, folder: Folder): boolean {
  if (action !== 'read' && action !== 'write') return false;
  const { roles } = user;
  for (let at: Folder | null = folder; at !== null; at = at.parent) {
    for (const role of roles) {
      if (role.folder !== at) continue;
      if (role.name === 'editor' || (role.name === 'viewer' && action === 'read')) return true;
    }
  }
  return false;
}

/** Rows are new for each request, so folders are compared by their ids. */
export function isAllowedRow(user: UserRow, action: string, folder: FolderRow): boolean {
  if (action !== 'read' && action !== 'write') return false;
  const { roles } = user;
  for (let at: FolderRow | null = folder; at !== null; at = at.parent) {
    for (const role of roles) {
      if (role.folder.id !== at.id) continue;
      if (role.name === 'editor' || (role.name === 'viewer' && action === 'read')) return true;
    }
  }
  return false;
}
