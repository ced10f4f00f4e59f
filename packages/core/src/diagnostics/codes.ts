import { denialCodes } from './denial-codes.js';
import { policyCodes } from './policy-codes.js';
import { withShortTexts } from './short-data.js';
import { runtimeCodes } from './runtime-codes.js';

/**
 * Every code and its text. Codes are public API: never renamed, never reused.
 *
 * - PARSE: syntax errors
 * - CHECK: errors and warnings about a policy
 * - LOAD: a policy cannot be loaded
 * - FILTER: a condition that no query expresses
 * - LIST: a page of a list
 * - TYPE: an invalid declaration, option or argument
 * - RUN: errors while a query runs
 * - UNDECIDED: the data cannot decide a condition (docs/reference/undecided.md)
 * - DENIED: warnings about a denial that a mistake has probably caused
 * - DATA: warnings about values that a check compares
 */
export const codes = { ...policyCodes, ...runtimeCodes, ...denialCodes };

export type Code = keyof typeof codes;
export type DataOf<C extends Code> = Parameters<(typeof codes)[C]>[0];

/** Returns the message of a code with its data. */
export const messageOf = <C extends Code>(code: C, data: DataOf<C>): string =>
  (codes[code] as (data: DataOf<C>) => string)(withShortTexts(data));
