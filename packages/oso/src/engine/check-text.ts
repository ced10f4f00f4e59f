/** @throws {Error} with the text of oso, if the text of a policy is another value */
export function checkText(contents: unknown): asserts contents is string {
  if (typeof contents !== 'string') throw new Error(`invalid type: ${kindOf(contents)}, expected a string`);
}

/** Describes a value that is not a text, as oso does. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'unit value';
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number') return `floating point \`${value}\``;
  if (Array.isArray(value)) return `JsValue([${value.map((item) => JSON.stringify(item)).join(', ')}])`;
  // An object without a prototype has no constructor.
  const name = (value as { readonly constructor?: { readonly name: string } }).constructor?.name ?? 'Object';
  return name === 'Object' ? `JsValue(Object(${JSON.stringify(value)}))` : `JsValue(${name})`;
}
