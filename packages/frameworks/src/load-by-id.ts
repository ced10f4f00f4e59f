import { findComment, findDocument, findOrganization, httpError } from './domain.js';
import type { Loadable } from './route.js';

const byId =
  (find: (id: string) => Promise<unknown>) =>
  (id: unknown): Promise<unknown> | undefined => {
    if (id === undefined) return undefined;
    // A client can send a list or an object instead of an id.
    if (typeof id !== 'string') throw httpError(400, 'the id is not a string');
    return find(id);
  };

/** The loaders of the types, for frameworks without loader classes. */
export const loadById: Readonly<Record<Loadable, (id: unknown) => unknown>> = {
  Organization: byId(findOrganization),
  Document: byId(findDocument),
  Comment: byId(findComment),
};
