import type { ChromaTest, ChromaWhere } from '../chroma/index.js';
import type { QdrantCondition, QdrantFilter } from '../qdrant/index.js';

// No server of Qdrant or Chroma runs in the tests. These functions decide whether a point satisfies a filter as the documentation of the
// store says. They know nothing of the code that prints the filters.

export type Payload = Readonly<Record<string, unknown>>;

/** Decides as the page "Filtering" of Qdrant's documentation says. */
export function satisfiesQdrant(payload: Payload, filter: QdrantFilter): boolean {
  const { must = [], should = [], must_not: mustNot = [] } = filter;
  const holds = (condition: QdrantCondition): boolean => qdrantCondition(payload, condition);
  return (
    must.every((each) => holds(each)) &&
    (should.length === 0 || should.some((each) => holds(each))) &&
    !mustNot.some((each) => holds(each))
  );
}

function qdrantCondition(payload: Payload, condition: QdrantCondition): boolean {
  if ('is_empty' in condition) {
    const value = valueAt(payload, condition.is_empty.key);
    return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  }
  if ('is_null' in condition) {
    const value = valueAt(payload, condition.is_null.key);
    return value === null || (Array.isArray(value) && value.includes(null));
  }
  if (!('key' in condition)) return satisfiesQdrant(payload, condition);
  // At least one of several stored values must match.
  const stored: readonly unknown[] = [valueAt(payload, condition.key)].flat();
  if ('range' in condition) {
    const { lt = Infinity, lte = Infinity, gt = -Infinity, gte = -Infinity } = condition.range;
    return stored.some(
      (value) => typeof value === 'number' && value < lt && value <= lte && value > gt && value >= gte,
    );
  }
  const { match } = condition;
  return 'any' in match
    ? stored.some((value) => match.any.includes(value as string))
    : stored.some((value) => value === match.value);
}

/** Nested keys are written with dots. */
const valueAt = (payload: Payload, key: string): unknown =>
  key.split('.').reduce<unknown>((value, name) => (value as Payload | null | undefined)?.[name], payload);

/**
 * Decides as the page "Where Filters" of Chroma's documentation says.
 *
 * @param withoutKey whether `$ne` accepts metadata without the key, as since Chroma 0.5.12
 */
export function satisfiesChroma(metadata: Payload, where: ChromaWhere, withoutKey: boolean): boolean {
  const inner = (each: ChromaWhere): boolean => satisfiesChroma(metadata, each, withoutKey);
  if (Object.keys(where).length !== 1) throw new Error('expected one key in each filter of Chroma');
  if ('$and' in where || '$or' in where) {
    const parts = Object.values(where as object)[0] as readonly ChromaWhere[];
    if (parts.length < 2) throw new Error('expected two filters or more');
    return '$and' in where ? parts.every((each) => inner(each)) : parts.some((each) => inner(each));
  }
  const [key, test] = Object.entries(where)[0] as [string, ChromaTest];
  return chromaTest(metadata[key] ?? undefined, test, withoutKey);
}

function chromaTest(value: unknown, test: ChromaTest, withoutKey: boolean): boolean {
  if ('$eq' in test) return value === test.$eq;
  if ('$ne' in test) return value === undefined ? withoutKey : value !== test.$ne;
  if ('$in' in test) {
    if (new Set(test.$in.map((each) => typeof each)).size !== 1)
      throw new Error('expected values of one type, and at least one');
    return test.$in.includes(value as string);
  }
  if (typeof value !== 'number') return false;
  if ('$gt' in test) return value > test.$gt;
  if ('$gte' in test) return value >= test.$gte;
  return '$lt' in test ? value < test.$lt : value <= test.$lte;
}
