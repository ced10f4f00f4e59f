import type { RequestAuthorization } from '@nanook/http';

/**
 * Returns a copy with only the fields on which the actor may perform the action. The copy has the class of the resource, so that a
 * serializer finds the decorators of the class.
 */
export async function pickFields(
  authz: RequestAuthorization,
  action: string,
  resource: unknown,
): Promise<unknown> {
  if (resource === null || resource === undefined) return resource;
  const picked = await authz.pick(action, resource);
  const prototype = Object.getPrototypeOf(resource) as object | null;
  return Object.create(prototype, Object.getOwnPropertyDescriptors(picked));
}
