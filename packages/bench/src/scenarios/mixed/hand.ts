import { Admin, Document, Guest, Service, User } from './world.ts';

const isEdit = (action: string): boolean => action === 'read' || action === 'edit';

export function isAllowed(actor: object, action: string, document: object): boolean {
  if (!(document instanceof Document)) return false;
  if (actor instanceof User)
    return (document.isPublic && action === 'read') || (document.owner === actor && isEdit(action));
  if (actor instanceof Service) return action === 'read' && document.scope === actor.scope;
  if (actor instanceof Guest) return action === 'read' && document.isPublic && document.scope === 'web';
  return actor instanceof Admin && actor.scope === document.scope && (isEdit(action) || action === 'delete');
}

interface ActorRow {
  readonly kind: string;
  readonly id: string;
  readonly scope: string;
}
interface DocumentRow {
  readonly kind: string;
  readonly owner: { readonly id: string };
  readonly scope: string;
  readonly isPublic: boolean;
}

/** Reads the type from `kind`, which rows and instances have, and compares ids. */
export function isAllowedRow(actor: ActorRow, action: string, document: DocumentRow): boolean {
  if (document.kind !== 'Document') return false;
  switch (actor.kind) {
    case 'User':
      return (document.isPublic && action === 'read') || (document.owner.id === actor.id && isEdit(action));
    case 'Service':
      return action === 'read' && document.scope === actor.scope;
    case 'Guest':
      return action === 'read' && document.isPublic && document.scope === 'web';
    case 'Admin':
      return actor.scope === document.scope && (isEdit(action) || action === 'delete');
    default:
      return false;
  }
}
