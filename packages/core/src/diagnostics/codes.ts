import { denialCodes } from './denial-codes.js';
import { faultCodes } from './fault-codes.js';
import { policyCodes } from './policy-codes.js';
import { withShortTexts } from './short-data.js';

/**
 * Every code and its text. Codes are public API: never renamed, never reused.
 * PARSE: the text is no Polar · CHECK: the policy makes no sense · LOAD: it cannot be got at · TYPE: a declaration or an
 * option is wrong · RUN: met while deciding · UNDECIDED: the data cannot decide (docs/reference/undecided.md) ·
 * DENIED: a warning about a denial that looks like a mistake.
 */
export const codes = { ...policyCodes, ...faultCodes, ...denialCodes };

export type Code = keyof typeof codes;
export type DataOf<C extends Code> = Parameters<(typeof codes)[C]>[0];

export const messageOf = <C extends Code>(code: C, data: DataOf<C>): string =>
  (codes[code] as (data: DataOf<C>) => string)(withShortTexts(data));
