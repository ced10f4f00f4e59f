/**
 * A part of a query of MongoDB. Its properties are fixed: with `strictQuery`, Mongoose deletes paths that a schema does not have, and then a
 * condition for one model would find every document of another one. With this class the query fails instead.
 */
export class QueryPart {
  constructor(test: object) {
    Object.seal(Object.assign(this, test));
  }
}

/** A query of MongoDB about one document. */
export type Match = QueryPart;

// Constants while a filter is printed. They are never sent.
export const nothing = new QueryPart({ $in: 'nothing' });
export const everything = new QueryPart({ $in: 'everything' });

export function all(...parts: readonly Match[]): Match {
  if (parts.includes(nothing)) return nothing;
  const kept = parts.filter((part) => part !== everything);
  if (kept.length === 0) return everything;
  return kept.length === 1 ? kept[0]! : new QueryPart({ $and: kept });
}

export function any(...parts: readonly Match[]): Match {
  if (parts.includes(everything)) return everything;
  const kept = parts.filter((part) => part !== nothing);
  if (kept.length === 0) return nothing;
  return kept.length === 1 ? kept[0]! : new QueryPart({ $or: kept });
}

/** Returns the query of the documents that another query does not find. Queries of MongoDB have two outcomes. */
export function except(part: Match): Match {
  if (part === nothing) return everything;
  return part === everything ? nothing : new QueryPart({ $nor: [part] });
}
