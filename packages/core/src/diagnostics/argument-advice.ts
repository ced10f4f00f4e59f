import { isClass, looksThenable } from '../internal/describe-value.js';
import { isObject } from '../internal/is-object.js';

/** Says how to correct a value that is not a row, for `typed`. */
export function rowAdvice(row: unknown, type: string): string {
  if (row === null || row === undefined) return 'test whether the row was found before you tag it';
  if (typeof row === 'function') return 'pass a row or an instance';
  if (typeof row !== 'object') return 'load the row by its id, and pass it';
  try {
    if (Array.isArray(row)) return `tag each row: rows.map((row) => typed('${type}', row))`;
    return looksThenable(row) ? `await it: typed('${type}', await …)` : 'pass a row or an instance';
  } catch {
    return 'the value is a proxy that cannot be read';
  }
}

/** Shows what to pass to `typed` instead of this first argument. */
export function tagExample(tag: unknown, row: unknown): string {
  if (typeof tag === 'function' && isClass(tag)) return `'${tag.name}'`;
  return typeof tag === 'object' && typeof row === 'string'
    ? `'${row}', and the row is the second argument`
    : "'Note'";
}

/** Says how to correct a value that is not the default export of a compiled policy. */
export function moduleAdvice(module: unknown, format: unknown): string {
  if (format !== undefined) return 'compile it again';
  if (isObject(module) && 'default' in module) return 'pass the default export of the module';
  return isObject(module) && looksThenable(module)
    ? 'await the import, and pass its default export'
    : 'pass the default export of the file that `compilePolicy` wrote';
}
