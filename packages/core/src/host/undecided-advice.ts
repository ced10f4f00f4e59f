import type { FieldOfValue } from '../internal/descriptions.js';

/** Says how to correct two values that have no order; `''` when nothing more is known. */
export function orderAdvice(left: unknown, right: unknown): string {
  const kinds = [kindOf(left), kindOf(right)];
  const has = (kind: string): boolean => kinds.includes(kind);
  if (has('nil')) return '; one side is nil: test it with `!= nil` first';
  if (has('a Date') && has('a string'))
    return '; one side is a Date and the other a string: convert the text to a Date where the row is loaded, or compare two texts in ISO form';
  if (has('a number') && has('a string'))
    return '; one side is a number and the other a string: convert the text to a number where the row is loaded';
  return '';
}

/** Says how to correct a value that is used as a condition; `''` when nothing more is known. */
export function conditionAdvice(value: unknown): string {
  if (value === 0 || value === 1)
    return '; databases without booleans store 0 and 1: compare with `= 1`, or convert the value where the row is loaded';
  if (value === null || value === undefined) return '; test it with `= nil` or `!= nil`';
  if (typeof value === 'string' && /^(true|false|t|f|yes|no)$/i.test(value))
    return '; convert the text to a boolean where the row is loaded';
  return '; compare it with a value';
}

/** Says how to correct a value that contradicts the declaration of its field; `''` when nothing more is known. */
export function fieldAdvice(value: unknown, { type, kind }: FieldOfValue): string {
  if (value === null)
    return kind === 'element'
      ? "; declare the elements with `?`, as in ['String?'], if they can be nil"
      : '; declare it nullable, as in `String?`, if it can be nil';
  const isNumber = type.name === 'Integer' || type.name === 'Float';
  if (isNumber && typeof value === 'string')
    return '; drivers return `numeric` as text: declare Decimal, or convert the text to a number where the row is loaded';
  if (isNumber && typeof value === 'object') return '; declare Decimal for decimal objects';
  if (type.kind === 'date' && typeof value !== 'object')
    return '; convert the value to a Date where the row is loaded, or declare the type that it has';
  if (type.name === 'Boolean' && (value === 0 || value === 1))
    return '; databases without booleans store 0 and 1: convert the value where the row is loaded';
  return '; convert the value where the row is loaded, or correct the declaration';
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  if (value instanceof Date) return 'a Date';
  return typeof value === 'bigint' ? 'a number' : `a ${typeof value}`;
}
