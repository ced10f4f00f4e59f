/** Makes a value when it is first asked for. */
export const once = <Value extends {}>(make: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => (value ??= make());
};
