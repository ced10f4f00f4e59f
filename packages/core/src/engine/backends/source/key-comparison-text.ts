import type { Discriminators } from '../../../host/discriminators.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { declaresTest, memberAccess, objectTest } from './emitted-code.js';
import { plainTest } from './exact-class-text.js';

// Prints `compareAsRows` for types that all have the same key: primitives decide there, without a search for the types of the rows.

/** The facts about two values that hold before they are compared. */
export interface ComparedRows {
  /** The type with a key that the second value certainly has; undefined if no type is known. */
  readonly type: DeclaredType | undefined;
  /** Whether the second value is certainly a plain object. */
  readonly isPlain: boolean;
  /**
   * Whether the first value also has that type if it is a row without a tag or a discriminator, from the field that it was read from. Then the
   * third argument says whether the object from which it was read declares the field. If this is the name of the field, the third argument is
   * that object, or undefined.
   */
  readonly isFromField: boolean | string;
}

/** Prints constants and properties of types. */
interface TypeTexts {
  readonly printing: { readonly isModule: boolean };
  constant(value: unknown): string;
  tagFinder(type?: DeclaredType): string;
  nameOf(type: DeclaredType): string;
  discriminatorOf(type: DeclaredType): string;
}

/**
 * Prints the function that compares two values `a` and `b` as rows. It returns undefined where the keys do not decide.
 *
 * @param e prints the constants. Code for a module must not read the key of an instance: a getter may throw
 */
export function keyComparison(
  key: string,
  rows: ComparedRows,
  discriminators: Discriminators | undefined,
  e: TypeTexts,
): string {
  const { isModule } = e.printing;
  const [own, at] = [JSON.stringify(key), memberAccess(key)];
  const isPrimitive = (v: string) => `typeof ${v} !== "object" && typeof ${v} !== "function"`;
  const equal =
    rows.type === undefined
      ? 'undefined'
      : `(typeof k === "string" || typeof k === "number") && ` +
        `(${sharesType('a', rows.type, rows.isFromField, discriminators, e)}) && ` +
        `Object.hasOwn(a, ${own}) && Object.hasOwn(b, ${own}) ? true : undefined`;
  const leave = `return undefined;`;
  const read = `const k = a${at}, l = b${at}${rows.isFromField === false ? '' : '; let g'};`;
  // A promise may be a plain object.
  const isOwnValue = (v: string) => `${plainTest(v)} && !("then" in ${v})`;
  const arePlain = rows.isPlain ? isOwnValue('a') : `${isOwnValue('a')} && ${isOwnValue('b')}`;
  const areObjects = rows.isPlain ? objectTest('a') : `${objectTest('a')} && ${objectTest('b')}`;
  // The keys are read first: then the optimizer knows the shapes of the objects, and their prototypes cost nothing.
  const first = isModule
    ? `if (!(${arePlain})) ${leave} ${read}`
    : `if (!(${areObjects})) ${leave} ${read} if (!(${arePlain})) ${leave}`;
  return (
    `(a, b${rows.isFromField === false ? '' : ', n'}) => { ${first} ` +
    `if (k !== l) return ${isPrimitive('k')} && ${isPrimitive('l')} ? false : undefined; ` +
    `return ${equal}; };`
  );
}

/**
 * Prints the function that compares two values `a` and `b`, of which the second is an instance of exactly the class with this prototype, as
 * `compareInstances` does.
 */
export function instanceComparison(key: string, prototype: string): string {
  const [own, at] = [JSON.stringify(key), memberAccess(key)];
  const isPrimitive = (v: string) => `typeof ${v} !== "object" && typeof ${v} !== "function"`;
  return (
    `(a, b) => { if (!(${objectTest('a')})) return undefined; const k = a${at}, l = b${at}; ` +
    `if (Object.getPrototypeOf(a) !== ${prototype} || Array.isArray(a) || a.then !== undefined || b.then !== undefined) return undefined; ` +
    `if (k !== l) return ${isPrimitive('k')} && ${isPrimitive('l')} ? false : undefined; ` +
    `return (typeof k === "string" || typeof k === "number") && ` +
    `Object.hasOwn(a, ${own}) && Object.hasOwn(b, ${own}) ? true : undefined; }`
  );
}

/** Prints the test that a plain object has a type. */
function sharesType(
  value: string,
  type: DeclaredType,
  isFromField: boolean | string,
  discriminators: Discriminators | undefined,
  e: TypeTexts,
): string {
  const { discriminator } = type;
  const tag = `${e.tagFinder(isFromField === false ? type : undefined)}(${value})`;
  const isClean = (field: string) => `Object.prototype${memberAccess(field)} === undefined`;
  const tests: string[] = [];
  if (discriminator !== undefined)
    tests.push(
      `${isClean(discriminator.field)} && ${value}${memberAccess(discriminator.field)} === ${e.discriminatorOf(type)}`,
    );
  if (isFromField === false) tests.push(`${tag} === ${e.nameOf(type)}`);
  else {
    const unmarked = (discriminators?.fields ?? []).map(
      (field) => ` && !${e.constant(field.values)}.has(${value}${memberAccess(field.name)})`,
    );
    const isDeclared =
      isFromField === true ? 'n' : `n !== undefined && ${declaresTest({ row: 'n', field: isFromField })}`;
    tests.push(`(g = ${tag}) === ${e.nameOf(type)} || g === undefined && ${isDeclared}${unmarked.join('')}`);
  }
  return tests.join(' || ');
}
