// Prints the test of `isExactly` in runtime/exact-class.ts. Both must find the same class.

/** Prints the test that a value is an instance of exactly the class with this prototype. */
export const exactTest = (value: string, prototype: string): string =>
  `typeof ${value} === "object" && ${value} !== null && ` +
  `Object.getPrototypeOf(${value}) === ${prototype} && !Array.isArray(${value})`;

/**
 * Prints the search for the exact class of a value among several.
 *
 * @param found the statements to run, in which `p` is the prototype of the value
 */
export const exactSearch = (value: string, found: string): string =>
  // Reading an attribute first lets the optimizer learn the shape of the object, and with it the prototype. `then` is read anyway.
  `if (typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})) ` +
  `{ const t = ${value}.then, p = Object.getPrototypeOf(${value}); if (t === undefined) { ${found} } }\n`;

/** Prints the search for ahead-of-time code, which cannot bail out: like the machine, it does not read `then` of data objects. */
export const exactSearchAot = (value: string, found: string): string =>
  `if (typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})) ` +
  `{ const p = Object.getPrototypeOf(${value}); if (p !== Object.prototype && ${value}.then === undefined) { ${found} } }\n`;
