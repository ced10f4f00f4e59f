import type { Column, RowFilter } from '@nanook/core/filter';
import type { ExactKey, FilterPrinter, KeySet } from '../sql/print-filter.js';
import { joined, type Fragment } from '../sql/fragment.js';
import { minWide } from '../sql/set-sizes.js';
import { startsOf, type IndexedColumn } from './index-starts.js';

// A policy that starts from indexes. PostgreSQL chooses one plan for a statement, and the fast one depends on the actor: an index finds the
// rows of few keys, and a user with many rows is served by the order of the page. The planner calls stable functions to estimate a
// comparison, so each alternative has a comparison with the result of such a function. It estimates only: the rows are decided by the others.

/** Defines the functions of the database that a policy calls, and returns their calls. */
export interface PolicyFunctions {
  /** A field of the actor. */
  key(field: string, type: ExactKey): string;
  /** The keys of a set: all of them, or none if there are too many. */
  keys(set: KeySet, part: RowFilter): string;
  /** The least value of the type of the keys if there are too many, otherwise the greatest one. */
  first(set: KeySet, part: RowFilter): string;
}

export interface IndexedPolicy {
  readonly condition: Fragment;
  readonly columns: readonly IndexedColumn[];
}

/** The least and the greatest value of a type. */
export const bounds: Readonly<Record<ExactKey, readonly [least: string, greatest: string]>> = {
  bigint: [`'-9223372036854775808'::bigint`, `'9223372036854775807'::bigint`],
  uuid: [`'00000000-0000-0000-0000-000000000000'::uuid`, `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`],
};

/** The most keys of a set that an index is asked for. */
export const maxKeys = minWide - 1;

/** Prints a filter so that each alternative starts from a column; `undefined` if one has none. */
export function indexedPolicy(
  filter: RowFilter,
  printer: FilterPrinter,
  functions: PolicyFunctions,
): IndexedPolicy | undefined {
  const columns: IndexedColumn[] = [];
  const { row, names } = printer;
  const own = (field: string): Fragment => ({
    kind: 'root-column',
    field,
    name: names.column(row.type, field),
  });
  const startFrom = (field: string, type: ExactKey | undefined): void => {
    columns.push({ table: names.table(row.type.name), column: names.column(row.type, field), type });
  };

  /** Rows with a value: a field of the actor is compared by its function, so that the planner knows the value. */
  function byValue(part: RowFilter): Fragment | undefined {
    const [column, other] = equalityOf(part, printer) ?? [];
    if (column === undefined || other === undefined) return undefined;
    const type = printer.exactKey(row, column.field);
    const isKey =
      other.kind === 'column' && (type === 'uuid' || (type === 'bigint' && other.type === 'integer'));
    startFrom(column.field, isKey ? type : undefined);
    if (!isKey) return printer.print(part);
    const key = functions.key(other.field, type);
    // The function is called for each row. The sub-query keeps the actor of the first row, also if a cursor is read on as another actor. The
    // planner expects nearly each value not to be `NULL`, so the estimate stays that of the first comparison.
    const ofSameActor: Fragment = [
      ' AND CASE WHEN ',
      own(column.field),
      ` = (SELECT ${key}) THEN 1 END IS NOT NULL`,
    ];
    return [own(column.field), ` = ${key}`, ofSameActor];
  }

  /** Rows of a set: few keys by their index, or each row by itself. */
  function bySet(part: RowFilter, others: readonly RowFilter[]): Fragment | undefined {
    const set = printer.keySet(part);
    const starts = startsOf(part, printer);
    if (set === undefined || starts === undefined) return undefined;
    startFrom(set.field, set.type);
    columns.push(...starts);
    const column = own(set.field);
    const rest = others.map((other): Fragment => [' AND ', printer.print(other)]);
    const exact: Fragment = set.isWider ? [' AND ', printer.print(part)] : '';
    const first = functions.first(set, part);
    const [, last] = bounds[set.type];
    return [
      '((',
      [column, ` = ANY (ARRAY(SELECT * FROM ${functions.keys(set, part)}))`, exact, rest],
      // The equality holds. The planner expects it to hold for few rows, and so decides by the next alternative.
      [`) OR (`, column, ` BETWEEN (SELECT ${first}) AND (SELECT ${last}) AND (SELECT 1) = (SELECT 1) AND `],
      [printer.print(set.ofOneRow), rest],
      // It never holds. The planner does not know this, and estimates the comparison by calling the function.
      [') OR ((SELECT false) AND ', column, ` >= ${first}))`],
    ];
  }

  function print(part: RowFilter): Fragment | undefined {
    if (part.kind === 'or') {
      const alternatives = part.parts.map(print);
      if (!alternatives.every((each) => each !== undefined)) return undefined;
      return ['(', joined(alternatives, ' OR '), ')'];
    }
    const parts = part.kind === 'and' ? part.parts : [part];
    const beside = (first: RowFilter, printed: Fragment): Fragment => [
      '(',
      joined([printed, ...others(first).map((other) => printer.print(other))], ' AND '),
      ')',
    ];
    const others = (first: RowFilter) => parts.filter((each) => each !== first);
    for (const each of parts) {
      const printed = byValue(each);
      if (printed !== undefined) return beside(each, printed);
    }
    for (const each of parts) {
      const printed = bySet(each, others(each));
      if (printed !== undefined) return printed;
    }
    for (const each of parts) {
      const printed = each.kind === 'or' ? print(each) : undefined;
      if (printed !== undefined) return beside(each, printed);
    }
    return undefined;
  }

  const condition = print(filter);
  const isOwnForm = columns.some(({ type }) => type !== undefined);
  return condition === undefined || !isOwnForm ? undefined : { condition, columns };
}

/** Returns the column of the row and the other side of an equality that finds rows by an index. Many rows have the same boolean. */
function equalityOf(part: RowFilter, { row, actor }: FilterPrinter) {
  if (part.kind !== 'compare' || part.operator !== '=') return undefined;
  const isOwn = (side: typeof part.left): side is Column =>
    side.kind === 'column' &&
    side.scope.id === row.id &&
    side.member === undefined &&
    side.derived === undefined &&
    side.type !== 'boolean';
  for (const [own, other] of [
    [part.left, part.right],
    [part.right, part.left],
  ] as const)
    if (isOwn(own) && (other.kind === 'value' || other.scope === actor?.scope)) return [own, other] as const;
  return undefined;
}
