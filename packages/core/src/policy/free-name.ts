import { isKeyword } from '../syntax/token.js';
import type { TypeTable } from '../types/type-table.js';

/** Returns a name for a variable of a rule that is not taken, and is not a keyword, a constant or a type. */
export function freeName(wanted: string, taken: readonly string[], types: TypeTable): string {
  let name = wanted;
  while (taken.includes(name) || types.hasConstant(name) || isKeyword(name)) name += '_';
  return name;
}
