import { UnregisteredClassError } from '../errors.js';
import { Expression } from '../expression.js';
import type { Pattern } from '../pattern.js';
import type { HostTypes } from '../types.js';
import { printExpression } from './print-expression.js';

/** The types of the language that contain all actors or all resources. */
const unions: ReadonlySet<string> = new Set(['Actor', 'Resource']);

/**
 * Throws if a constraint has two types for one term, and one of them is not registered: nothing tells then whether a value can be of both.
 *
 * @throws {UnregisteredClassError}
 */
export function refuseUnknownTypes(constraint: Expression, types: HostTypes): void {
  const known = new Map<string, Set<string>>();
  collect(constraint, known);
  for (const tags of known.values()) {
    if (tags.size < 2) continue;
    const unknown = [...tags].findLast((tag) => !types.has(tag) && !unions.has(tag));
    if (unknown !== undefined) throw new UnregisteredClassError(unknown);
  }
}

/** Adds the types of each term that a constraint mentions. */
function collect({ operator, args }: Expression, known: Map<string, Set<string>>): void {
  if (operator === 'Isa') {
    const { tag } = args[1] as Pattern;
    if (tag === undefined) return;
    const term = printExpression(args[0]);
    known.set(term, (known.get(term) ?? new Set()).add(tag));
    return;
  }
  for (const arg of args) if (arg instanceof Expression) collect(arg, known);
}
