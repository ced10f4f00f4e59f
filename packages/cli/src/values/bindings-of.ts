import { parseTerm, visit } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';

/** Returns the fixtures whose names occur in a query. */
export function bindingsOf(text: string, fixtures: Fixtures): Record<string, unknown> {
  const { term } = parseTerm(text);
  const names = new Set<string>();
  if (term !== undefined) visit(term, { variable: ({ name }) => void names.add(name) });
  return Object.fromEntries(Object.entries(fixtures).filter(([name]) => names.has(name)));
}
