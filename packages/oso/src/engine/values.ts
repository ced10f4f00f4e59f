import { Expression as EngineExpression, QueryVariable } from '@nanook/core';
import { isPolicyDictionary, policyDictionary } from '@nanook/core/compat';
import { UnexpectedExpressionError } from '../errors.js';
import { Expression } from '../expression.js';
import { Pattern } from '../pattern.js';
import { Predicate } from '../predicate.js';
import { Dict } from '../types.js';
import { Variable } from '../variable.js';
import { expressionOf } from './expressions.js';

/** Returns a value of the engine as the application receives it. Promises are awaited. */
export async function toJs(value: unknown, acceptExpression: boolean): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((each) => toJs(each, acceptExpression)));
  if (value instanceof QueryVariable) return new Variable(value.name);
  if (value instanceof EngineExpression) {
    if (!acceptExpression) throw new UnexpectedExpressionError();
    return expressionOf(value);
  }
  if (value instanceof Predicate)
    return new Predicate(
      value.name,
      await Promise.all(value.args.map((each) => toJs(each, acceptExpression))),
    );
  if (isPolicyDictionary(value)) {
    const entries = Object.entries(value).map(
      async ([key, each]) => [key, await toJs(each, acceptExpression)] as const,
    );
    return new Dict(Object.fromEntries(await Promise.all(entries)));
  }
  return value instanceof Promise ? ((await value) as unknown) : value;
}

/** Returns whether a value is a term of Polar, or contains one, and not only a value of the application. */
export function isTerm(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(isTerm);
  return (
    value instanceof Variable ||
    value instanceof Dict ||
    value instanceof Expression ||
    value instanceof Predicate ||
    value instanceof Pattern
  );
}

/** Returns whether a term contains a variable, so that the engine cannot take it as a value. */
export function isOpen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(isOpen);
  if (value instanceof Dict) return Object.values(value).some(isOpen);
  return value instanceof Variable || value instanceof Expression || value instanceof Predicate;
}

/** Returns a value of the application as the engine takes it: a `Dict` is a dictionary of the policy. */
export function fromJs(value: unknown): unknown {
  if (!isTerm(value)) return value;
  if (value instanceof Variable) return new QueryVariable(value.name);
  if (Array.isArray(value)) return value.map(fromJs);
  if (value instanceof Dict) return policyDictionary(Object.keys(value), Object.values(value).map(fromJs));
  return value;
}

/**
 * Throws for a whole number that JavaScript does not hold exactly, as oso: different identifiers could be the same number.
 *
 * @throws {Error} for such a number, and for a list or a term that contains one
 */
export function refuseInexactIntegers(value: unknown): void {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Error(`invalid type: floating point \`${digitsOf(value)}\`, expected i64`);
  } else if (Array.isArray(value)) value.forEach(refuseInexactIntegers);
  else if (value instanceof Dict) Object.values(value).forEach(refuseInexactIntegers);
  else if (value instanceof Predicate || value instanceof Expression)
    value.args.forEach(refuseInexactIntegers);
}

/** Returns a whole number without an exponent. */
function digitsOf(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  return `${whole}${fraction.padEnd(Number(exponent), '0')}`;
}
