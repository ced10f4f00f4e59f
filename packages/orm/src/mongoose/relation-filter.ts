import type { Column, RelationStep, RowFilter } from '@nanook/core/filter';

/** Returns the filter of related rows, with the conditions that the declaration of the relation adds. */
export function ofRelation({ relation, to }: RelationStep, where: RowFilter): RowFilter {
  const own = Array.from(relation.where, ([field, value]): RowFilter => {
    const types = { string: 'string', number: 'float', boolean: 'boolean' } as const;
    const type = types[typeof value as keyof typeof types] ?? 'string';
    const nullable = to.type.fields?.get(field)?.nullable ?? true;
    const column: Column = { kind: 'column', scope: to, field, type, nullable };
    if (value === null) return { kind: 'null', column };
    return { kind: 'compare', operator: '=', left: column, right: { kind: 'value', value } };
  });
  return own.length === 0
    ? where
    : { kind: 'and', parts: [...own, ...(where.kind === 'and' ? where.parts : [where])] };
}
