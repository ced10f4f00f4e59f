import type { FilterSet, RelationStep, RowFilter, Scope } from '@nanook/core/filter';
import type { ExactKey, FilterPrinter } from '../sql/print-filter.js';
import type { TableName } from '../sql/table-names.js';

/** A column that an index must begin with. Its type is that of the keys that it is compared with, if they are compared as they are. */
export interface IndexedColumn {
  readonly table: TableName;
  readonly column: string;
  readonly type: ExactKey | undefined;
}

type Starts = readonly IndexedColumn[] | undefined;

/** Returns the columns whose indexes find the keys of a set without a scan of a table; `undefined` if there are none. */
export function startsOf(part: RowFilter, { names, row, actor }: FilterPrinter): Starts {
  const columnOf = ({ type }: Scope, field: string): IndexedColumn => ({
    table: names.table(type.name),
    column: names.column(type, field),
    type: undefined,
  });

  const ofActor = ({ relation, to }: RelationStep): readonly IndexedColumn[] =>
    relation.through === undefined
      ? [columnOf(to, relation.foreign[0]!)]
      : [joined(relation.through.table, relation.through.local[0]!), columnOf(to, relation.foreign[0]!)];

  const joined = (table: string, column: string): IndexedColumn => ({
    table: names.joinTable(table),
    column,
    type: undefined,
  });

  /** The rows `from` of related rows that are found first. */
  function ofRelated({ from, relation, to }: RelationStep, where: RowFilter): Starts {
    const found = within(where, to);
    if (found === undefined) return undefined;
    const { through } = relation;
    const link =
      through === undefined
        ? []
        : [joined(through.table, through.foreign[0]!), joined(through.table, through.local[0]!)];
    return [...found, ...link, ...(from.id === row.id ? [] : [columnOf(from, relation.local[0]!)])];
  }

  function ofSet({ base, step, row: member }: FilterSet): Starts {
    const first = within(base, member);
    const then = (step.kind === 'and' ? step.parts : [step]).find(
      (each) =>
        each.kind === 'exists' && each.where.kind === 'found-before' && each.step.from.id === member.id,
    );
    if (first === undefined || then?.kind !== 'exists') return undefined;
    return [...first, columnOf(member, then.step.relation.local[0]!)];
  }

  /** The rows of a scope that satisfy a filter. */
  function within(filter: RowFilter, scope: Scope): Starts {
    switch (filter.kind) {
      case 'and':
        return filter.parts.map((each) => within(each, scope)).find((found) => found !== undefined);
      case 'or': {
        const found = filter.parts.map((each) => within(each, scope));
        return found.every((each) => each !== undefined) ? found.flat() : undefined;
      }
      case 'compare': {
        if (filter.operator !== '=') return undefined;
        for (const [own, other] of [
          [filter.left, filter.right],
          [filter.right, filter.left],
        ] as const)
          if (own.kind === 'column' && own.scope.id === scope.id && own.type !== 'boolean')
            if (other.kind === 'value' || other.scope === actor?.scope)
              return [columnOf(own.scope, own.field)];
        return undefined;
      }
      case 'exists':
        if (filter.step.from === actor?.scope) return ofActor(filter.step);
        return filter.step.from.id === scope.id ? ofRelated(filter.step, filter.where) : undefined;
      case 'in-set': {
        const found = filter.row.id === scope.id ? ofSet(filter.set) : undefined;
        const [key] = filter.set.key as readonly [string];
        return found === undefined || scope.id === row.id ? found : [...found, columnOf(scope, key)];
      }
      default:
        return undefined;
    }
  }

  return within(part, row);
}
