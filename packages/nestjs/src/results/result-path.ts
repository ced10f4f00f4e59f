import { shownFields } from '@nanook/http';
import { omitted } from '../execution/event-stream.js';

/** Visits the resources in a result. */
export interface ResultVisitor {
  /** Returns the new value; {@link omitted} only for an element of a list. */
  visit(value: unknown, isElement: boolean): Promise<unknown>;
  /** Returns the error for a result without the field. */
  missing(field: string): Error;
}

/**
 * Visits the values at a path of a result: one value, or the elements of a list, concurrently. The path also leads into the elements of
 * lists: `edges.node` visits the node of each edge. Changed objects are copied, and the result itself stays unchanged.
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

/**
 * Copies an object with its prototype, so that a serializer recognizes its class, and replaces a field. A field that the object does not
 * show is not added.
 */
export function copyWith(value: object, field: string, replaced: unknown): object {
  const shown = shownFields(value);
  if (shown !== value && !Object.hasOwn(shown, field)) return value;
  const copy: object = Object.assign(Object.create(Object.getPrototypeOf(shown) as object | null), shown);
  // Defined and not assigned, because the prototype can have a getter of that name.
  return Object.defineProperty(copy, field, {
    value: replaced,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
