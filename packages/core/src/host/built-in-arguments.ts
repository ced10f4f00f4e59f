import { kindOf } from '../internal/descriptions.js';
import { MissingValue } from './missing-value.js';

// JavaScript converts an argument to the type that a method reads: nil becomes the text "null", a missing argument "undefined", and NaN the
// position 0. A policy that compares data by such texts lets people in, so an argument of another type has no result here.

/** The types of the parameters of a method. `?` marks an optional parameter, `…` any number of further arguments. */
type Signature = readonly ParameterType[];
type ParameterType = `${'' | '?' | '…'}${keyof typeof tests}`;

const tests = {
  any: () => true,
  text: (value: unknown) => typeof value === 'string',
  // A position is neither NaN nor a fraction.
  integer: (value: unknown) => Number.isInteger(value),
  dictionary: (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map || value instanceof Set || value instanceof Date),
} as const;

const expectations = {
  any: 'a value',
  text: 'a string',
  integer: 'an integer',
  dictionary: 'a dictionary or a row',
} as const;

const table = (signatures: { readonly [name: string]: Signature }): ReadonlyMap<string, Signature> =>
  new Map(Object.entries(signatures));

const none: Signature = [];
const oneText: Signature = ['text'];
const oneInteger: Signature = ['integer'];
const digits: Signature = ['?integer'];
const search: Signature = ['text', '?integer'];
const range: Signature = ['?integer', '?integer'];
const element: Signature = ['any', '?integer'];

const ofString = /* @__PURE__ */ table({
  at: oneInteger,
  charAt: oneInteger,
  charCodeAt: oneInteger,
  codePointAt: oneInteger,
  concat: ['…text'],
  endsWith: search,
  includes: search,
  indexOf: search,
  lastIndexOf: search,
  localeCompare: ['text', '?text'],
  normalize: ['?text'],
  replace: ['text', 'text'],
  replaceAll: ['text', 'text'],
  slice: range,
  split: ['?text', '?integer'],
  startsWith: search,
  substring: range,
});

const ofNumber = /* @__PURE__ */ table({
  toFixed: digits,
  toPrecision: digits,
  toString: digits,
});

const ofList = /* @__PURE__ */ table({
  at: oneInteger,
  concat: ['…any'],
  flat: ['?integer'],
  includes: element,
  indexOf: element,
  join: ['?text'],
  lastIndexOf: element,
  slice: range,
});

const ofCollection = /* @__PURE__ */ table({ get: ['any'], has: ['any'] });

const ofType = /* @__PURE__ */ table({
  isArray: ['any'],
  isFinite: ['any'],
  isInteger: ['any'],
  isNaN: ['any'],
  isSafeInteger: ['any'],
  parseFloat: oneText,
  parseInt: ['text', '?integer'],
  fromCharCode: ['…integer'],
  fromCodePoint: ['…integer'],
  of: ['…any'],
  entries: ['dictionary'],
  keys: ['dictionary'],
  values: ['dictionary'],
});

/** Returns the reason why a method of a built-in value has no result for these arguments; undefined if it has one. */
export function wrongArgument(
  receiver: unknown,
  name: string,
  args: readonly unknown[],
): MissingValue | undefined {
  const signature = signaturesFor(receiver).get(name) ?? none;
  const last = signature.at(-1);
  const rest = last?.startsWith('…') === true ? last : undefined;
  if (rest === undefined && args.length > signature.length)
    return wrong(name, `at most ${counted(signature.length)}`, counted(args.length));
  for (let i = 0; i < Math.max(args.length, signature.length); i++) {
    const type = signature[i] ?? rest!;
    const kind = type.replace(/^[?…]/, '') as keyof typeof tests;
    const isGiven = i < args.length;
    if (isGiven ? tests[kind](args[i]) : type.startsWith('?') || type === rest) continue;
    return wrong(
      name,
      `${expectations[kind]} as argument ${i + 1}`,
      isGiven ? kindOf(args[i]) : 'no argument',
    );
  }
  return undefined;
}

function signaturesFor(receiver: unknown): ReadonlyMap<string, Signature> {
  switch (typeof receiver) {
    case 'string':
      return ofString;
    case 'number':
      return ofNumber;
    case 'function':
      return ofType;
    default:
      return Array.isArray(receiver) ? ofList : ofCollection;
  }
}

const counted = (count: number): string => (count === 1 ? '1 argument' : `${count} arguments`);

const wrong = (name: string, expected: string, found: string): MissingValue =>
  new MissingValue('POLAR_UNDECIDED_ARGUMENT', { name, expected, found });

/**
 * Returns the text of an element of a list, as `join` and `sort` read it.
 *
 * @throws {MissingValue} for nil, and for an object that has no text of its own
 */
export function textOfElement(element: unknown, method: string): string {
  const isMissing = element === null || element === undefined || typeof element === 'function';
  if (isMissing || (element as object).toString === Object.prototype.toString)
    throw wrong(method, 'a list of values that have a text', `${kindOf(element)} in it`);
  return String(element as string);
}
