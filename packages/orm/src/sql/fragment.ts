/** A column of the table that is filtered. Its alias is known only where the query is written. */
export interface RootColumn {
  readonly kind: 'root-column';
  readonly field: string;
  readonly name: string;
}
/** A value to bind. It is part of the text, so that it goes where its text goes. */
export interface BoundValue {
  readonly kind: 'bound';
  readonly value: unknown;
  /** The type that PostgreSQL needs to be told. */
  readonly cast: string | undefined;
}
/** SQL as a tree of texts, bound values and columns. Values are numbered when the whole is printed. */
export type Fragment = string | RootColumn | BoundValue | readonly Fragment[];

export const bound = (value: unknown, cast?: string): BoundValue => ({ kind: 'bound', value, cast });

/** Returns the parts of a fragment from left to right. */
export function partsOf(fragment: Fragment): readonly (string | RootColumn | BoundValue)[] {
  const parts: (string | RootColumn | BoundValue)[] = [];
  addParts(fragment, parts);
  return parts;
}

function addParts(fragment: Fragment, parts: (string | RootColumn | BoundValue)[]): void {
  if (Array.isArray(fragment)) for (const part of fragment as readonly Fragment[]) addParts(part, parts);
  else parts.push(fragment as string | RootColumn | BoundValue);
}

/** Joins fragments by a text. */
export const joined = (fragments: readonly Fragment[], by: string): Fragment =>
  fragments.flatMap((fragment, i) => (i === 0 ? [fragment] : [by, fragment]));

/** Joins fragments as a balanced tree of brackets: SQLite refuses an expression deeper than 1,000. */
export function balanced(fragments: readonly Fragment[], by: string): Fragment {
  if (fragments.length <= 8) return ['(', joined(fragments, by), ')'];
  const half = Math.ceil(fragments.length / 2);
  return ['(', balanced(fragments.slice(0, half), by), by, balanced(fragments.slice(half), by), ')'];
}
