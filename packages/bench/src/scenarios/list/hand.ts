import type { DocumentRow, UserRow } from './rows.ts';
import type { Document, RoleName, User } from './world.ts';

const suffices = (role: RoleName | null, action: string): boolean =>
  action === 'read' ? role === 'viewer' || role === 'editor' : action === 'edit' && role === 'editor';

export function isAllowedByScan(user: User, action: string, document: Document): boolean {
  for (const role of user.roles) if (role.document === document && suffices(role.name, action)) return true;
  return false;
}

/** Rows are new for each request, so documents are compared by their ids. */
export function isAllowedRowByScan(user: UserRow, action: string, { id }: DocumentRow): boolean {
  for (const role of user.roles) if (role.document.id === id && suffices(role.name, action)) return true;
  return false;
}

export function isAllowedByLookUp(user: User, action: string, document: DocumentRow): boolean {
  return suffices(user.roleOn(document), action);
}
