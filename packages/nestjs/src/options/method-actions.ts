/** The default action of each HTTP method, for a requirement without an action. A GET handler also serves HEAD. */
const methodActions: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/**
 * Returns the default action of an HTTP method.
 *
 * @param given the `actions` of the options
 */
export function actionOfMethod(
  method: string,
  given: Readonly<Record<string, string>> = {},
): string | undefined {
  const actions: Readonly<Record<string, string>> = { ...methodActions, ...given };
  return actions[method] ?? (method === 'HEAD' ? actions['GET'] : undefined);
}

/** The actions that concern no single resource: they are checked on the type. */
export const defaultTypeActions: readonly string[] = ['create', 'list'];
