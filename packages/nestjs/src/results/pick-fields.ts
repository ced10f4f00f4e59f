import type { RequestAuthorization } from '@nanook/http';

/**
 * A copy with only the fields on which the actor may do this. It is of the resource's own class: what serializes it later looks
 * there for what else to leave out.
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
