import type { AuditedRoute } from './audited-route.js';
import type { ListedApplication } from './list-application.js';
import { writesLikeReads } from './writes-like-reads.js';

/** Returns the notes about the routes of an application: parts that no audit can see, and requirements that are probably mistakes. */
export const auditNotes = (
  { unseen }: ListedApplication,
  routes: readonly AuditedRoute[],
): readonly string[] => [
  ...(routes.length === 0 ? ['the application has no route that the adapter can list'] : []),
  ...(unseen.length === 0
    ? []
    : [
        `these functions have the parameter \`next\`, so it cannot be seen whether they answer requests themselves: ${unseen.join(', ')}`,
      ]),
  ...writesLikeReads(routes),
];
