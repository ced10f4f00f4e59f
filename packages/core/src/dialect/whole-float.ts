/**
 * A float without a fraction, as `1.0` or the result of `4 / 2`, in the dialect oso. It equals the integer of the same value, but a remainder
 * of a division by it is not an error. A float with a fraction, and a whole one beyond ±(2^53 − 1), is a plain number; an integer beyond that is
 * a `bigint`. A `bigint` within ±(2^53 − 1) comes from the application, for which oso has no number.
 */
export class WholeFloat extends Number {}

/** Returns the JavaScript number of a value of the policy, for the application. */
export const plainNumber = (value: unknown): unknown =>
  value instanceof WholeFloat ? value.valueOf() : value;

/** Returns whether a value is an integer of the policy that JavaScript's numbers do not hold. */
export const isWideInteger = (value: unknown): value is bigint =>
  typeof value === 'bigint' && typeof narrowed(value) === 'bigint';

export const isNumeric = (value: unknown): value is number | bigint | WholeFloat =>
  typeof value === 'number' || value instanceof WholeFloat || isWideInteger(value);

/** Returns the float of a number. */
export const floatOf = (value: number): number | WholeFloat =>
  Number.isSafeInteger(value) ? new WholeFloat(value) : value;

/** Returns whether a number is an integer of oso, and not a float. */
export const isInteger = (value: unknown): value is number | bigint =>
  typeof value === 'number' ? Number.isSafeInteger(value) : isWideInteger(value);

/** Returns an integer as a number if a number holds it exactly. */
export const narrowed = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;

/** Returns the number that a literal of a policy means: an integer, or a float if it has a fraction or an exponent. */
export function exactNumber(text: string): number | bigint | WholeFloat {
  const written = text.replace(/\s/gu, '').replace(/^\+/u, '');
  if (/^-?\d+$/u.test(written)) return narrowed(BigInt(written));
  if (written.endsWith('nan')) return NaN;
  if (written.endsWith('inf')) return written.startsWith('-') ? -Infinity : Infinity;
  return floatOf(Number(written));
}
