const actions: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/**
 * Returns a line of code that adds a requirement to a route: `.get('/notes/:id', authorize('read', loadResource), handler)`.
 *
 * @param path the path as the application wrote it
 * @internal for the messages of an adapter
 */
export function requirementExample(method: string, path: unknown): string {
  const route = typeof path === 'string' ? `'${path}'` : String(path);
  return `.${method.toLowerCase()}(${route}, authorize('${actions[method] ?? 'read'}', loadResource), handler)`;
}
