import type { PlainTypeTable } from './plain-type-table.js';

/** Returns the names of the fields that any type declares secret. */
export const secretNamesOf = ({ types }: PlainTypeTable): ReadonlySet<string> =>
  new Set([...types].flatMap(({ secrets }) => [...secrets]));
