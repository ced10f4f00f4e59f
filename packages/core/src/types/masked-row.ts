/** The rows that a list shows only in part, with the names of their visible fields. */
const visibleFields = new WeakMap<object, ReadonlySet<string>>();

/** Notes that a row shows these fields only, so that a policy does not read the others as `nil`. */
export function maskRow(row: object, visible: ReadonlySet<string>): void {
  visibleFields.set(row, visible);
}

/** Returns whether a list has left a field out of a row, whose value is then unknown. */
export const hidesField = (row: object, name: string): boolean => visibleFields.get(row)?.has(name) === false;
