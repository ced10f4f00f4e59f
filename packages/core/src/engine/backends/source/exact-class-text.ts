import type { Discriminators } from '../../../host/discriminators.js';
import type { TypeSets } from '../../../host/type-set.js';
import type { RowMark } from '../../../host/row-mark.js';
import { memberAccess, objectTest } from './emitted-code.js';

// Prints the test of `isExactly` in runtime/exact-class.ts. Both must find the same class.

/**
 * Prints the prototype of an object. An attribute is read first: then the optimizer knows the shape of the object, and its prototype costs
 * nothing instead of 15 ns.
 *
 * @param isModule whether the code must not read `then` of a data object, because it cannot bail out if that throws
 */
export const prototypeOf = (value: string, isModule: boolean): string =>
  isModule ? `Object.getPrototypeOf(${value})` : `(${value}.then, Object.getPrototypeOf(${value}))`;

/**
 * Prints the test that a value is an instance of exactly the class with this prototype.
 *
 * @param unmarked a further test, as `unmarkedTest` prints it
 */
export const exactTest = (value: string, prototype: string, unmarked: string, isModule: boolean): string =>
  `${objectTest(value)} && ${prototypeOf(value, isModule)} === ${prototype} && !Array.isArray(${value})${unmarked}`;

/**
 * Prints the test, after `&&`, that nothing but its prototype gives an object a type, as `isUnmarked` in runtime/exact-class.ts.
 *
 * @param ownClass the text of the class of the prototype
 * @param values prints the values of a discriminator that give a type
 */
export const unmarkedTest = (
  value: string,
  ownClass: string,
  { discriminators, followConstructors }: TypeSets,
  values: (field: Discriminators['fields'][number]) => string,
): string =>
  [
    ...(discriminators?.fields ?? []).map((field) => {
      const found = `${value}${memberAccess(field.name)}`;
      return ` && (${found} === undefined || !${values(field)}.has(${found}))`;
    }),
    ...(followConstructors ? [` && ${value}.constructor === ${ownClass}`] : []),
  ].join('');

/**
 * Prints the search for the exact class of a value among several.
 *
 * @param found the statements to run, in which `p` is the prototype of the value
 */
export const exactSearch = (value: string, found: string): string =>
  // Reading an attribute first lets the optimizer learn the shape of the object, and with it the prototype. `then` is read anyway.
  `if (typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})) ` +
  `{ const t = ${value}.then, p = Object.getPrototypeOf(${value}); if (t === undefined) { ${found} } }\n`;

/** Prints the test that a value is a plain object. */
export const plainTest = (value: string): string => `${objectTest(value)} && ${prototypeTest(value)}`;

/** A test whether a value is a row with one mark. */
export interface RowTest {
  readonly value: string;
  readonly mark: RowMark;
  /** The text of the value of the mark. */
  readonly wanted: string;
  readonly discriminators: Discriminators | undefined;
  /** The name of the function that returns the tag. */
  readonly findTag: string;
  readonly isModule: boolean;
}

/**
 * Prints the test that a value is a plain object with this mark and no other.
 *
 * @param constant returns the name of a constant
 */
export function rowTest(
  { value, mark, wanted, discriminators, findTag, isModule }: RowTest,
  constant: (value: unknown) => string,
): string {
  const fields = discriminators?.fields ?? [];
  const testsFor = (field: RowMark['field']) =>
    fields.map(({ name, values }) => {
      const access = memberAccess(name);
      const isClean = `Object.prototype${access} === undefined`;
      const found = `${value}${access}`;
      return name === field
        ? `${isClean} && ${found} === ${wanted}`
        : `${isClean} && (${found} === undefined || !${constant(values)}.has(${found}))`;
    });
  const hasType = [
    `${findTag}(${value}) === ${mark.field === undefined ? wanted : 'undefined'}`,
    ...testsFor(mark.field),
  ].join(' && ');
  // A tag is read first: then the optimizer knows the shape of the object, and its prototype costs nothing. A discriminator is read only from
  // a plain object.
  return fields.length === 0
    ? `${objectTest(value)} && ${hasType} && ${prototypeTest(value)}`
    : `${objectTest(value)} && ${prototypeTest(value, isModule)} && ${hasType}`;
}

/**
 * Prints the test that an object is plain. A row of some drivers has no prototype.
 *
 * @param isKnown whether the optimizer knows the shape of the object, because an attribute was read just before, or nothing may be read first
 */
export const prototypeTest = (value: string, isKnown = true): string =>
  `(${prototypeOf(value, isKnown)} === Object.prototype || Object.getPrototypeOf(${value}) === null) && !Array.isArray(${value})`;

/**
 * Prints the search for the mark of a row: its tag `g`, or one of its discriminators `d0`, `d1`, …
 *
 * @param findTag the name of the function that returns the tag
 */
export function rowSearch(
  value: string,
  discriminators: Discriminators | undefined,
  findTag: string,
  found: string,
): string {
  const fields = discriminators?.fields ?? [];
  const reads = fields.map(({ name }, i) => `const d${i} = ${value}${memberAccess(name)}; `).join('');
  const isClean = fields
    .map(({ name }) => ` && Object.prototype${memberAccess(name)} === undefined`)
    .join('');
  return (
    `if (typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})) ` +
    `{ const g = ${findTag}(${value}), p = Object.getPrototypeOf(${value}); if ((p === Object.prototype || p === null)${isClean}) ` +
    `{ ${reads}${found} } }\n`
  );
}

/** Prints the search for ahead-of-time code, which cannot bail out: like the machine, it does not read `then` of data objects. */
export const exactSearchAot = (value: string, found: string): string =>
  `if (typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})) ` +
  `{ const p = Object.getPrototypeOf(${value}); if (p !== Object.prototype && ${value}.then === undefined) { ${found} } }\n`;
