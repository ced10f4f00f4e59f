import type { TermNode } from '../syntax/ast.js';
import { visit } from '../syntax/visit.js';
import type { TypeTable } from '../types/type-table.js';

/**
 * Returns the variables that a text can only take from its place. A variable of the text itself occurs at least twice, or starts with `_`, and
 * the names of types and constants have values everywhere.
 */
export function foreignNames(text: TermNode, types: TypeTable): readonly string[] {
  return [...usesIn(text, types)].flatMap(([name, count]) => (count === 1 ? [name] : []));
}

/** Counts the uses of each variable that is not the name of a type or constant. */
export function usesIn(text: TermNode, types: TypeTable): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  visit(text, {
    variable: ({ name }) => {
      if (name.startsWith('_') || types.hasConstant(name) || types.find(name) !== undefined) return;
      uses.set(name, (uses.get(name) ?? 0) + 1);
    },
  });
  return uses;
}

/** Returns the message about a variable that the rules of a place do not have. */
export const noVariable = (name: string, known: Iterable<string>): string => {
  const others = [...known].join(', ');
  return `there is no variable \`${name}\`${others === '' ? '' : `, only ${others}`}`;
};
