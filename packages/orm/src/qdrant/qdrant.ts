import type { Column, RowCondition } from '@nanook/core/filter';
import { printVectorFilter, type VectorStore } from '../vectors/vector-filter.js';

/** A filter of Qdrant, which is also a condition within another one. */
export interface QdrantFilter {
  readonly must?: QdrantCondition[];
  readonly should?: QdrantCondition[];
  readonly must_not?: QdrantCondition[];
}
export type QdrantCondition =
  | QdrantFilter
  | { readonly key: string; readonly match: { readonly value: string | number | boolean } }
  | { readonly key: string; readonly match: { readonly any: string[] } }
  | { readonly key: string; readonly range: QdrantRange }
  | { readonly is_empty: { readonly key: string } }
  | { readonly is_null: { readonly key: string } };
export interface QdrantRange {
  readonly lt?: number;
  readonly lte?: number;
  readonly gt?: number;
  readonly gte?: number;
}

export interface QdrantOptions {
  /** The key of the payload in which the fields are, if they are not at its top: `'metadata'` for points of LangChain. */
  readonly within?: string;
}

const operators = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

/**
 * Makes a function that turns conditions of `authorizer.where` into filters of Qdrant. The keys of the payload have the names of the fields.
 * A point satisfies the filter if and only if `can` returns `true` for its payload.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_VECTOR_INEXPRESSIBLE` for a condition that Qdrant cannot express
 * @example
 * const filterOf = qdrant();
 * const filter = filterOf(await authorizer.where(user, 'read', 'Chunk'));
 * await client.query('chunks', { query: vector, filter, limit: 5 });
 */
export function qdrant({ within }: QdrantOptions = {}): (condition: RowCondition) => QdrantFilter {
  const keyOf = (field: string): string => (within === undefined ? field : `${within}.${field}`);
  const isEmpty = (field: string): QdrantCondition => ({ is_empty: { key: keyOf(field) } });
  const isNull = (field: string): QdrantCondition => ({ is_null: { key: keyOf(field) } });
  const range = (field: string, limits: QdrantRange): QdrantCondition => ({
    key: keyOf(field),
    range: limits,
  });
  const store: VectorStore<QdrantCondition> = {
    name: 'Qdrant',
    hasFractions: true,
    all: (parts) => ({ must: [...parts] }),
    any: (parts) => ({ should: [...parts] }),
    ordered: (field, operator, value) => range(field, { [operators[operator]]: value }),
    among(field, values) {
      const texts = values.filter((value) => typeof value === 'string');
      if (texts.length > 1) return { key: keyOf(field), match: { any: texts } };
      const each = values.map((value): QdrantCondition =>
        // `match` finds no number that is stored with a fraction of zero.
        typeof value === 'number'
          ? range(field, { gte: value, lte: value })
          : { key: keyOf(field), match: { value } },
      );
      return each.length === 1 ? each[0]! : { should: each };
    },
    present: ({ field }) => ({ must_not: [isEmpty(field)] }),
    nil({ field, scope }: Column) {
      const { nullable, optional } = scope.type.fields!.get(field)!;
      if (nullable && optional) return isEmpty(field);
      return nullable ? isNull(field) : { must: [isEmpty(field)], must_not: [isNull(field)] };
    },
    constant: (holds) => {
      const [some, none] = [isEmpty('nanook'), { must_not: [isEmpty('nanook')] }];
      return holds ? { should: [some, none] } : { must: [some, none] };
    },
  };
  return (condition) => {
    const filter = printVectorFilter(condition, store);
    return 'key' in filter || 'is_empty' in filter || 'is_null' in filter ? { must: [filter] } : filter;
  };
}
