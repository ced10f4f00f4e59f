import type { RowFilter, Scalar, Scope } from '@nanook/core/filter';

/** The type of a column, and all values that it has in the rows that a filter accepts. */
export interface KnownValues {
  readonly type: 'string' | 'integer';
  readonly values: readonly Scalar[];
}

/** Returns the values that a column must have; `undefined` when the filter accepts others. */
export function knownValues(filter: RowFilter, scope: Scope, field: string): KnownValues | undefined {
  switch (filter.kind) {
    case 'and':
      for (const part of filter.parts) {
        const known = knownValues(part, scope, field);
        if (known !== undefined) return known;
      }
      return undefined;
    case 'or': {
      const known = filter.parts.map((part) => knownValues(part, scope, field));
      if (!known.every((each) => each !== undefined)) return undefined;
      return { type: known[0]!.type, values: [...new Set(known.flatMap(({ values }) => values))] };
    }
    case 'in': {
      const { column, values } = filter;
      const { type } = column;
      if (column.scope.id !== scope.id || column.field !== field) return undefined;
      return type === 'string' || type === 'integer' ? { type, values } : undefined;
    }
    case 'compare': {
      if (filter.operator !== '=' || filter.order === 'own') return undefined;
      const [column, other] =
        filter.left.kind === 'column' ? [filter.left, filter.right] : [filter.right, filter.left];
      if (column.kind !== 'column' || other.kind !== 'value') return undefined;
      return knownValues({ kind: 'in', column, values: [other.value] }, scope, field);
    }
    default:
      return undefined;
  }
}
