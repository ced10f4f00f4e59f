import type { Span } from '../../diagnostics/span.js';
import { findUnrelated, isCertainlyRelated } from '../../host/relation-value.js';
import type { RunningQuery } from './operations.js';
import type { ReadSite } from './sites.js';

/** Checks that a value that is not `nil` can belong to the relation that the object may declare. Otherwise the alternative is undecided. */
export function isRelated(
  query: RunningQuery,
  base: unknown,
  site: ReadSite,
  value: unknown,
  at: Span | undefined,
): boolean {
  const { isMany, type } = site.related!;
  const { typeSets } = query;
  if (!isMany && type !== undefined && isCertainlyRelated(value, type, typeSets)) return true;
  query.await(value);
  const found = findUnrelated(value, site.name, query.typeOf(base), typeSets);
  if (typeSets.hasPredicates) query.called();
  if (found === undefined) return true;
  query.noValue(found, at);
  return false;
}
