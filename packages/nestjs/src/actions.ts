/** The action that follows from the method of a request when a rule names none. */
export const methodActions: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** The actions that are about no single resource: the type is asked about. */
export const defaultTypeActions: readonly string[] = ['create', 'list'];
