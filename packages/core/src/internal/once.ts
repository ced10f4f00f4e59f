/** Computes a value on first use. */
export const once = <Value extends {}>(make: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => (value ??= make());
};
