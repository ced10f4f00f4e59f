import { findComment, findDocument, findOrganization, httpError } from './domain.js';
import type { Loadable } from './route.js';

const byId =
  (find: (id: string) => Promise<unknown>) =>
  (id: unknown): Promise<unknown> | undefined => {
    if (id === undefined) return undefined;
    // A client can send a list, or an object, where one id is expected.
    if (typeof id !== 'string') throw httpError(400, 'that is no id');
    return find(id);
  };

/** What loads one of a type where the framework has no loaders of its own. */
export const loadById: Readonly<Record<Loadable, (id: unknown) => unknown>> = {
  Organization: byId(findOrganization),
  Document: byId(findDocument),
  Comment: byId(findComment),
};
