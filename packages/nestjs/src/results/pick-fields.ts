import { shownFields, type RequestAuthorization } from '@nanook/http';

/**
 * Returns a copy with only the fields on which the actor may perform each of the actions. The copy has the class of the resource, so that a
 * serializer finds the decorators of the class; that of an object such as a Mongoose document, whose fields are not its own, is a plain
 * object.
 */
export async function pickFields(
  authz: RequestAuthorization,
  actions: readonly string[],
  resource: object,
): Promise<object> {
  const picks = await Promise.all(actions.map(async (action) => authz.pick(action, resource)));
  const [first, ...others] = picks as object[];
  const picked = Object.fromEntries(
    Object.entries(first!).filter(([field]) => others.every((other) => Object.hasOwn(other, field))),
  );
  const prototype = Object.getPrototypeOf(shownFields(resource)) as object | null;
  return Object.create(prototype, Object.getOwnPropertyDescriptors(picked)) as object;
}
