import type { RowCondition } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { printVectorFilter, type VectorStore } from '../vectors/vector-filter.js';

/** The option `where` of Chroma. */
export type ChromaWhere = { $and: ChromaWhere[] } | { $or: ChromaWhere[] } | { [field: string]: ChromaTest };
export type ChromaTest =
  | { $eq: string | number | boolean }
  | { $ne: string | number | boolean }
  | { $in: (string | number | boolean)[] }
  | { $gt: number }
  | { $gte: number }
  | { $lt: number }
  | { $lte: number };

const operators = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

/** A key that no metadata has. */
const noField = 'nanook:none';

// Chroma cannot tell whether a field is absent: `$ne` and `$nin` also match records without it, or did not before Chroma 0.5.12.
const inexpressible = (field: string) =>
  new NanookOrmError('NANOOK_ORM_VECTOR_INEXPRESSIBLE', {
    store: 'Chroma',
    construct: `that \`${field}\` is absent or present`,
  });

// Chroma stores whole numbers and fractions apart, and JavaScript does not say which of the two `1` is.
const store: VectorStore<ChromaWhere> = {
  name: 'Chroma',
  hasFractions: false,
  all: (parts) => ({ $and: [...parts] }),
  any: (parts) => ({ $or: [...parts] }),
  ordered: (field, operator, value) => ({
    [field]: { [operators[operator]]: value } as unknown as ChromaTest,
  }),
  among: (field, values) => ({ [field]: values.length === 1 ? { $eq: values[0]! } : { $in: [...values] } }),
  present({ field }) {
    throw inexpressible(field);
  },
  nil({ field }) {
    throw inexpressible(field);
  },
  constant: (holds) =>
    holds
      ? { [noField]: { $ne: noField } }
      : { $and: [{ [noField]: { $gt: 0 } }, { [noField]: { $lt: 0 } }] },
};

/**
 * Makes a function that turns conditions of `authorizer.where` into the option `where` of Chroma. The keys of the metadata have the names of
 * the fields. A record satisfies it if and only if `can` returns `true` for its metadata.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_VECTOR_INEXPRESSIBLE` for a condition that Chroma cannot express
 * @example
 * const whereOf = chroma();
 * const where = whereOf(await authorizer.where(user, 'read', 'Chunk'));
 * await collection.query({ queryEmbeddings: [vector], where, nResults: 5 });
 */
export const chroma = (): ((condition: RowCondition) => ChromaWhere) => (condition) =>
  printVectorFilter(condition, store);
