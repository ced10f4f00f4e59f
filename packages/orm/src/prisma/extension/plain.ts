export type Where = Readonly<Record<string, unknown>>;

/** Recognizes an object literal. Values of Prisma, such as dates, decimals and references to fields, are instances of classes. */
export function isPlain(value: unknown): value is Where {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Returns the entries of an object that have a value. Prisma ignores the others. */
export const entriesOf = (object: Where): [string, unknown][] =>
  Object.entries(object).filter(([, value]) => value !== undefined);

/** Returns the conditions of `AND` or `NOT`, which are one object or a list of them. */
export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Counts the values of a query. */
export function countValues(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + countValues(each), 0);
  if (!isPlain(value)) return 1;
  return entriesOf(value).reduce((sum, [, each]) => sum + countValues(each), 0);
}
