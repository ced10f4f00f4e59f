import type { Calendar, Document, User } from './world.ts';

export function isAllowedOf({ calendar }: { readonly calendar: Calendar }) {
  return function isAllowed(user: User, action: string, document: Document): boolean {
    const hour = calendar.hour();
    if (hour < user.from || hour >= user.until) return false;
    switch (action) {
      case 'read':
        return (
          document.isPublic ||
          document.owner === user ||
          (document.department === user.department && user.clearance >= document.level && !document.archived)
        );
      case 'edit':
        return (
          !document.archived &&
          (document.owner === user ||
            (document.department === user.department && user.clearance > document.level))
        );
      default:
        return false;
    }
  };
}

/** Rows are new for each request, so users are compared by their ids. */
export function isAllowedRowOf({ calendar }: { readonly calendar: Calendar }) {
  return function isAllowedRow(user: User, action: string, document: Document): boolean {
    const hour = calendar.hour();
    if (hour < user.from || hour >= user.until) return false;
    switch (action) {
      case 'read':
        return (
          document.isPublic ||
          document.owner.id === user.id ||
          (document.department === user.department && user.clearance >= document.level && !document.archived)
        );
      case 'edit':
        return (
          !document.archived &&
          (document.owner.id === user.id ||
            (document.department === user.department && user.clearance > document.level))
        );
      default:
        return false;
    }
  };
}
