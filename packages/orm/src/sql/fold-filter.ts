import type { Column, Operand, RowFilter, Scalar, Scope } from '@nanook/core/filter';

/**
 * Returns an equal filter that is shorter and lets a database use indexes: alternatives about one relation become one `exists`,
 * alternatives about one column become one list, and a part that alternatives share is written once. A filter has two outcomes, so these
 * laws hold exactly.
 */
export function foldFilter(filter: RowFilter): RowFilter {
  switch (filter.kind) {
    case 'and':
      return foldParts('and', filter.parts);
    case 'or':
      return foldParts('or', filter.parts);
    case 'exists':
    case 'none':
      return { ...filter, where: foldFilter(filter.where) };
    default:
      return filter;
  }
}

type Junction = Extract<RowFilter, { readonly kind: 'and' | 'or' }>;
type Related = Extract<RowFilter, { readonly kind: 'exists' | 'none' }>;
interface Listed {
  readonly kind: 'in';
  readonly column: Column;
  readonly values: readonly Scalar[];
}

function foldParts(kind: Junction['kind'], given: readonly RowFilter[]): RowFilter {
  const parts = given.map(foldFilter).flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const merged = mergeRelated(kind === 'or' ? 'exists' : 'none', [
    ...new Map(parts.map((part) => [keyOf(part), part])).values(),
  ]);
  return joined(kind, kind === 'or' ? shareParts(mergeLists(merged)) : merged);
}

const joined = (kind: Junction['kind'], parts: readonly RowFilter[]): RowFilter =>
  parts.length === 1 ? parts[0]! : { kind, parts };

/** Merges parts of one group, at the place of its first part. A part without a group stays. */
function mergeGroups<Part extends RowFilter>(
  parts: readonly RowFilter[],
  groupOf: (part: RowFilter) => { readonly key: string; readonly part: Part } | undefined,
  merge: (group: readonly Part[]) => RowFilter,
): readonly RowFilter[] {
  const groups = new Map<string, Part[]>();
  const places = parts.map((part) => {
    const found = groupOf(part);
    if (found === undefined) return part;
    const group = groups.get(found.key);
    if (group !== undefined) {
      group.push(found.part);
      return undefined;
    }
    const first = [found.part];
    groups.set(found.key, first);
    return { part, group: first };
  });
  return places.flatMap((place) => {
    if (place === undefined) return [];
    if ('kind' in place) return [place];
    return [place.group.length === 1 ? place.part : merge(place.group)];
  });
}

/** A row exists for one of two conditions when it exists for the first or for the second, and the same holds for no row. */
const mergeRelated = (kind: Related['kind'], parts: readonly RowFilter[]) =>
  mergeGroups<Related>(
    parts,
    (part) => (part.kind === kind ? { key: stepKey(part), part } : undefined),
    (group) => {
      const [{ step }] = group as [Related];
      const wheres = group.map((each) => renamed(each.where, each.step.to, step.to));
      return { kind, step, where: foldParts('or', wheres) };
    },
  );

const stepKey = ({ step: { from, relation, to } }: Related): string =>
  JSON.stringify([from.id, relation.name, to.type.name]);

const mergeLists = (parts: readonly RowFilter[]) =>
  mergeGroups<Listed>(parts, listGroup, (group) => ({
    ...group[0]!,
    values: [...new Set(group.flatMap(({ values }) => values))],
  }));

/** Returns a comparison with values as a list. Lists of other types are printed as alternatives anyway. */
function listGroup(part: RowFilter): { readonly key: string; readonly part: Listed } | undefined {
  const list = part.kind === 'in' ? { ...part, kind: part.kind } : listOfOne(part);
  if (list === undefined || (list.column.type !== 'string' && list.column.type !== 'integer'))
    return undefined;
  return { key: keyOf({ ...list, values: [] }), part: list };
}

function listOfOne(part: RowFilter): Listed | undefined {
  if (part.kind !== 'compare' || part.operator !== '=') return undefined;
  const [column, other] = part.left.kind === 'column' ? [part.left, part.right] : [part.right, part.left];
  if (column.kind !== 'column' || other.kind !== 'value') return undefined;
  return { kind: 'in', column, values: [other.value] };
}

/** Alternatives that differ in one part only share the others. */
function shareParts(parts: readonly RowFilter[]): readonly RowFilter[] {
  const keys = parts.map((part) => (part.kind === 'and' ? part.parts.map(keyOf) : []));
  for (let i = 0; i < parts.length; i++)
    for (let j = i + 1; j < parts.length; j++) {
      const [first, second] = [keys[i]!, keys[j]!];
      if (first.length === 0 || first.length !== second.length) continue;
      const own = first.findIndex((key) => !second.includes(key));
      const other = second.findIndex((key) => !first.includes(key));
      const shared = first.filter((key) => second.includes(key));
      if (shared.length !== first.length - 1) continue;
      const [left, right] = [parts[i] as Junction, parts[j] as Junction];
      const differing = foldParts('or', [left.parts[own]!, right.parts[other]!]);
      const one = foldParts(
        'and',
        left.parts.map((part, at) => (at === own ? differing : part)),
      );
      return shareParts([...parts.slice(0, i), one, ...parts.slice(i + 1, j), ...parts.slice(j + 1)]);
    }
  return parts;
}

/** Returns a text that is the same for the same filter. */
const keyOf = (filter: RowFilter): string =>
  JSON.stringify(filter, (name, value: unknown) => {
    // A scope is known by its number, a relation by its name.
    if (name === 'from' || name === 'to' || name === 'scope' || name === 'row') return (value as Scope).id;
    if (name === 'relation') return (value as { name: string }).name;
    // JSON writes numbers that are not finite as `null`, and has no `bigint`.
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    return typeof value === 'bigint' ? `${value}n` : value;
  });

/** Returns a filter with another name for one of its rows. */
function renamed(filter: RowFilter, from: Scope, to: Scope): RowFilter {
  if (from === to) return filter;
  const scope = (each: Scope): Scope => (each.id === from.id ? to : each);
  const operand = <Side extends Operand>(side: Side): Side =>
    side.kind === 'column' ? { ...side, scope: scope(side.scope) } : side;
  const rename = (each: RowFilter) => renamed(each, from, to);
  switch (filter.kind) {
    case 'always':
    case 'never':
      return filter;
    case 'and':
    case 'or':
      return { ...filter, parts: filter.parts.map(rename) };
    case 'exists':
    case 'none':
      return {
        ...filter,
        step: { ...filter.step, from: scope(filter.step.from) },
        where: rename(filter.where),
      };
    case 'compare':
      return { ...filter, left: operand(filter.left), right: operand(filter.right) };
    case 'in-set':
    case 'not-in-set': {
      const { set } = filter;
      return {
        ...filter,
        row: scope(filter.row),
        set: { ...set, base: rename(set.base), step: rename(set.step) },
      };
    }
    case 'found-before':
      return { ...filter, row: scope(filter.row) };
    default:
      return { ...filter, column: operand(filter.column) };
  }
}
