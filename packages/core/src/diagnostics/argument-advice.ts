import { looksThenable } from '../internal/promise.js';
import { describeValue, isClass } from '../internal/describe-value.js';
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

/** Describes a module that is not a whole compiled policy, and says how to correct it. */
export function moduleProblem(problem: string, module: unknown): { found: string; advice: string } {
  if (problem === 'format') return formatProblem(module);
  if (problem === 'noValue')
    return {
      found: 'a policy with the parts of another copy of @nanook/core',
      advice: 'import the policy and the authorizer in the same way, as ES modules',
    };
  const parts: unknown = (module as { readonly parts?: unknown }).parts;
  return Array.isArray(parts) && parts.includes(problem)
    ? {
        found: `a policy that needs \`${problem}\``,
        advice: "pass { ...policy, imported } with import * as imported from '@nanook/core/compiled/parts'",
      }
    : { found: `a policy without \`${problem}\``, advice: 'compile it again' };
}

function formatProblem(module: unknown): { found: string; advice: string } {
  const format = isObject(module) && 'format' in module ? module.format : undefined;
  if (format !== undefined)
    return { found: `a policy of format ${describeValue(format)}`, advice: 'compile it again' };
  const found = describeValue(module);
  if (isObject(module) && 'default' in module)
    return { found, advice: 'pass the default export of the module' };
  return isObject(module) && looksThenable(module)
    ? { found, advice: 'await the import, and pass its default export' }
    : { found, advice: 'pass the default export of the file that `compilePolicy` wrote' };
}
