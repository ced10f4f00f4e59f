import type { FieldType } from '../types/declared-type.js';

/** An attribute or a method of a built-in type, for a reader of policies. */
export interface BuiltInDescription {
  readonly name: string;
  readonly isMethod: boolean;
  /** The attribute or method with its types: `String.startsWith(s: String): Boolean`. */
  readonly signature: string;
  /** The parameters of a method: `s: String`. */
  readonly parameters: readonly string[];
  /** The result, as a part of a sentence: `whether the string begins with \`s\``. */
  readonly returns: string;
}

// One line for each: its types, and what it returns. docs/reference/built-ins.md has the same members; a test compares them.
const texts = {
  String: `
    length: Integer = the number of code points
    at(i: Integer): String = the code unit at position \`i\`; a negative \`i\` counts from the end
    charAt(i: Integer): String = the code unit at position \`i\`, or \`""\`
    charCodeAt(i: Integer): Integer = the numeric value of the code unit at position \`i\`
    codePointAt(i: Integer): Integer = the numeric value of the code point that begins at position \`i\`
    concat(…: String): String = the concatenated string
    endsWith(s: String): Boolean = whether the string ends with \`s\`
    includes(s: String): Boolean = whether the string contains \`s\`
    indexOf(s: String): Integer = the first position of \`s\`, or −1
    lastIndexOf(s: String): Integer = the last position of \`s\`, or −1
    localeCompare(s: String): Integer = a negative number, 0 or a positive number: the order of the strings in the current locale
    normalize(form: String): String = the string in the given Unicode normal form
    replace(a: String, b: String): String = the string with the first \`a\` replaced by \`b\`
    replaceAll(a: String, b: String): String = the string with every \`a\` replaced by \`b\`
    slice(from: Integer, to: Integer): String = the part from \`from\` up to, but not including, \`to\`
    split(s: String): list of String = the parts between the separators \`s\`
    startsWith(s: String): Boolean = whether the string begins with \`s\`
    substring(from: Integer, to: Integer): String = as \`slice\`, but negative positions count as 0
    toLowerCase(): String = the string in lower case
    toString(): String = the string itself
    toUpperCase(): String = the string in upper case
    trim(): String = the string without white space at both ends
    trimEnd(): String = the string without white space at the end
    trimStart(): String = the string without white space at the start
    valueOf(): String = the string itself`,
  Float: `
    toFixed(n: Integer): String = the number with \`n\` decimals
    toPrecision(n: Integer): String = the number with \`n\` significant digits
    toString(radix: Integer): String = the number as a string
    valueOf(): Float = the number itself`,
  Boolean: `
    toString(): String = \`"true"\` or \`"false"\`
    valueOf(): Boolean = the boolean itself`,
  List: `
    length: Integer = the number of items
    at(i: Integer): any value = the item at position \`i\`; a negative \`i\` counts from the end
    concat(…: List): List = the concatenated list
    flat(depth: Integer): List = the list with inner lists replaced by their items
    includes(x: any value): Boolean = whether \`x\` is an item, by JavaScript's comparison; \`in\` compares as \`=\` does
    indexOf(x: any value): Integer = the first position of \`x\`, or −1
    join(s: String): String = the items as one string, separated by \`s\`
    lastIndexOf(x: any value): Integer = the last position of \`x\`, or −1
    reverse(): List = the items in reverse order
    slice(from: Integer, to: Integer): List = the part from \`from\` up to, but not including, \`to\`
    sort(): List = the items sorted as strings
    toReversed(): List = the items in reverse order
    toSorted(): List = the items sorted as strings
    toString(): String = the items as one string`,
  Date: `
    getDate(): Integer = the day of the month, in the time zone of the process
    getDay(): Integer = the day of the week, in the time zone of the process; Sunday is 0
    getFullYear(): Integer = the year, in the time zone of the process
    getHours(): Integer = the hour, in the time zone of the process
    getMilliseconds(): Integer = the milliseconds
    getMinutes(): Integer = the minute, in the time zone of the process
    getMonth(): Integer = the month, in the time zone of the process; January is 0
    getSeconds(): Integer = the second
    getTime(): Integer = the milliseconds since 1970-01-01 UTC
    getTimezoneOffset(): Integer = the difference between UTC and local time, in minutes
    getUTCDate(): Integer = the day of the month, in UTC
    getUTCDay(): Integer = the day of the week, in UTC; Sunday is 0
    getUTCFullYear(): Integer = the year, in UTC
    getUTCHours(): Integer = the hour, in UTC
    getUTCMilliseconds(): Integer = the milliseconds
    getUTCMinutes(): Integer = the minute, in UTC
    getUTCMonth(): Integer = the month, in UTC; January is 0
    getUTCSeconds(): Integer = the second
    toISOString(): String = a string such as \`"2026-01-31T12:00:00.000Z"\`
    toJSON(): String = a string such as \`"2026-01-31T12:00:00.000Z"\`
    valueOf(): Integer = the milliseconds since 1970-01-01 UTC`,
} as const;
type DescribedType = keyof typeof texts;

const ofNumbers = `
    isFinite(x: any value): Boolean = whether \`x\` is a finite number
    isInteger(x: any value): Boolean = whether \`x\` is a whole number
    isNaN(x: any value): Boolean = whether \`x\` is \`nan\`
    isSafeInteger(x: any value): Boolean = whether \`x\` is a whole number within ±(2^53 − 1)
    parseFloat(s: String): Float = the number at the start of the string
    parseInt(s: String, radix: Integer): Integer = the whole number at the start of the string`;

const staticTexts: Readonly<Record<string, string>> = {
  Clock: `
    now(): Date = the current time; each call reads the clock`,
  Integer: ofNumbers,
  Float: ofNumbers,
  String: `
    fromCharCode(…: Integer): String = the string of these code units
    fromCodePoint(…: Integer): String = the string of these code points`,
  List: `
    isArray(x: any value): Boolean = whether \`x\` is a list
    of(…: any value): List = the list of the arguments`,
  Dictionary: `
    entries(d: Dictionary): List = the list of its pairs
    keys(d: Dictionary): List = the list of its keys
    values(d: Dictionary): List = the list of its values`,
};

const descriptionsIn = (type: string, text: string): readonly BuiltInDescription[] =>
  [...text.matchAll(/^ +((\w+)(?:\((.*?)\))?: .+?) = (.+)$/gm)].map(
    ([, typed, name, parameters, returns]) => ({
      name: name!,
      isMethod: parameters !== undefined,
      signature: `${type}.${typed}`,
      parameters: (parameters ?? '') === '' ? [] : parameters!.split(', '),
      returns: returns!,
    }),
  );

/** Describes the member of a name of the values of a type; without a type, those of all built-in types. */
export function describeMember(name: string, type: FieldType | undefined): readonly BuiltInDescription[] {
  return typesFor(type ?? { kind: 'any' })
    .flatMap((each) => descriptionsIn(each, texts[each]))
    .filter((description) => description.name === name);
}

/** Describes a static method of a built-in type, or a method of `Clock`. */
export const describeStaticMethod = (type: string, name: string): readonly BuiltInDescription[] =>
  Object.hasOwn(staticTexts, type)
    ? descriptionsIn(type, staticTexts[type]!).filter((description) => description.name === name)
    : [];

/** Returns the described type of a value; none for a value that is not built in. */
function typesFor(type: FieldType): readonly DescribedType[] {
  switch (type.kind) {
    case 'list':
      return ['List'];
    case 'one-of':
      return ['String'];
    case 'date':
      return ['Date'];
    case 'decimal':
      return ['Float'];
    case 'named':
      if (type.name === 'Integer') return ['Float'];
      return Object.hasOwn(texts, type.name) ? [type.name as DescribedType] : [];
    case 'any':
      return Object.keys(texts) as DescribedType[];
    default:
      return [];
  }
}
