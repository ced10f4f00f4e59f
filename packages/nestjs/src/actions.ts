/** The action that follows from the method of a request when a rule names none. What answers GET answers HEAD, too. */
const methodActions: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** @param given actions of the application, by the method in capitals */
export function actionOfMethod(
  method: string,
  given: Readonly<Record<string, string>> = {},
): string | undefined {
  const actions: Readonly<Record<string, string>> = { ...methodActions, ...given };
  return actions[method] ?? (method === 'HEAD' ? actions['GET'] : undefined);
}

/** The actions that are about no single resource: the type is asked about. */
export const defaultTypeActions: readonly string[] = ['create', 'list'];
