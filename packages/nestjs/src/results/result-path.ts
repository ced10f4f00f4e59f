/** What a visitor gives for an element that its list goes on without. */
export const omitted = Symbol('omitted');

export interface ResultVisitor {
  /** @returns what takes the place of the value; {@link omitted} only for an element of a list */
  visit(value: unknown, isElement: boolean): Promise<unknown>;
  /** The error for a result that has no such field. */
  missing(field: string): Error;
}

/**
 * Visits what a result has at a path: one value, or the elements of a list, side by side. Lists on the way are entered, too:
 * `edges.node` visits the node of each edge. What has changed is a copy; the result itself stays as it is.
 */
export async function visitAt(
  result: unknown,
  path: readonly string[],
  visitor: ResultVisitor,
  isElement = false,
): Promise<unknown> {
  const value = await result;
  if (Array.isArray(value)) {
    const visited = await Promise.all(value.map((element) => visitAt(element, path, visitor, true)));
    return visited.filter((element) => element !== omitted);
  }
  const [field, ...rest] = path;
  if (field === undefined || value === null || value === undefined) return visitor.visit(value, isElement);
  if (typeof value !== 'object' || !(field in value)) throw visitor.missing(field);
  const inner = (value as Record<string, unknown>)[field];
  const visited = await visitAt(inner, rest, visitor, isElement);
  if (visited === omitted) return omitted;
  return visited === inner ? value : copyWith(value, field, visited);
}

/** A copy of the same prototype, so that whatever serializes it later knows what it is. */
function copyWith(value: object, field: string, replaced: unknown): object {
  const copy: object = Object.assign(Object.create(Object.getPrototypeOf(value) as object | null), value);
  // Not assigned: the prototype may have a getter of that name.
  return Object.defineProperty(copy, field, {
    value: replaced,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
