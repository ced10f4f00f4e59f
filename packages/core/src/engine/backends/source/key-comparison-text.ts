import type { KeyKind } from '../../../host/key-kind.js';
import type { Discriminators } from '../../../host/discriminators.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { memberAccess, objectTest } from './emitted-code.js';
import { plainTest } from './exact-class-text.js';

// Prints `compareAsRows` for types that all have the same key: primitives decide there, without a search for the types of the rows.

/** The facts about two values that hold before they are compared. */
export interface ComparedRows {
  /** The type with a key that the second value certainly has; undefined if no type is known. */
  readonly type: DeclaredType | undefined;
  /** Whether the second value is certainly a plain object. */
  readonly isPlain: boolean;
  /** Whether the first value is nil or a row of that type, because a read has tested it. */
  readonly isTested: boolean;
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
  kind: KeyKind,
  rows: ComparedRows,
  discriminators: Discriminators | undefined,
  e: TypeTexts,
): string {
  const { isModule } = e.printing;
  const [own, at] = [JSON.stringify(key), memberAccess(key)];
  const equal =
    rows.type === undefined
      ? 'undefined'
      : `${keyTest('k', kind)} && ` +
        `${rows.isTested ? '' : `(${sharesType('a', rows.type, discriminators, e)}) && `}` +
        `Object.hasOwn(a, ${own}) && Object.hasOwn(b, ${own}) ? true : undefined`;
  const leave = `return undefined;`;
  const read = `const k = a${at}, l = b${at};`;
  // A promise may be a plain object.
  const isOwnValue = (v: string) => `${plainTest(v)} && !("then" in ${v})`;
  const arePlain = rows.isPlain ? isOwnValue('a') : `${isOwnValue('a')} && ${isOwnValue('b')}`;
  const areObjects = rows.isPlain ? objectTest('a') : `${objectTest('a')} && ${objectTest('b')}`;
  // The keys are read first: then the optimizer knows the shapes of the objects, and their prototypes cost nothing.
  const first = isModule
    ? `if (!(${arePlain})) ${leave} ${read}`
    : `if (!(${areObjects})) ${leave} ${read} if (!(${arePlain})) ${leave}`;
  return (
    `(a, b) => { ${first} ` +
    `if (k !== l) return ${areComparable(kind)} ? false : undefined; ` +
    `return ${equal}; };`
  );
}

/**
 * Prints the function that compares two values `a` and `b`, of which the second is an instance of exactly the class with this prototype, as
 * `compareInstances` does.
 */
export function instanceComparison(key: string, kind: KeyKind, prototype: string): string {
  const [own, at] = [JSON.stringify(key), memberAccess(key)];
  return (
    `(a, b) => { if (!(${objectTest('a')})) return undefined; const k = a${at}, l = b${at}; ` +
    `if (Object.getPrototypeOf(a) !== ${prototype} || Array.isArray(a) || a.then !== undefined || b.then !== undefined) return undefined; ` +
    `if (k !== l) return ${areComparable(kind)} ? false : undefined; ` +
    `return ${keyTest('k', kind)} && ` +
    `Object.hasOwn(a, ${own}) && Object.hasOwn(b, ${own}) ? true : undefined; }`
  );
}

/** Prints the test that a value that equals another one is a key of a kind. */
function keyTest(v: string, kind: KeyKind): string {
  if (kind === 'Integer') return `Number.isSafeInteger(${v})`;
  return kind === 'String'
    ? `typeof ${v} === "string"`
    : `(typeof ${v} === "string" || typeof ${v} === "number")`;
}

/** Prints the test that the keys `k` and `l`, which differ, decide. */
function areComparable(kind: KeyKind): string {
  const test = (v: string) =>
    kind === 'any' ? `typeof ${v} !== "object" && typeof ${v} !== "function"` : keyTest(v, kind);
  return `${test('k')} && ${test('l')}`;
}

/** Prints the test that a plain object has a type. */
function sharesType(
  value: string,
  type: DeclaredType,
  discriminators: Discriminators | undefined,
  e: TypeTexts,
): string {
  const { discriminator } = type;
  const isTagged = `${e.tagFinder(type)}(${value}) === ${e.nameOf(type)}`;
  if (discriminator === undefined) return isTagged;
  const access = memberAccess(discriminator.field);
  return `Object.prototype${access} === undefined && ${value}${access} === ${e.discriminatorOf(type)} || ${isTagged}`;
}
