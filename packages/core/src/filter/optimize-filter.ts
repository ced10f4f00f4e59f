import type { Column, RelationStep, Scalar } from './condition.js';
import { complement } from './complement.js';
import { FilterNumbers, textOf } from './filter-numbers.js';
import { allRows, noRows, operandsOf, type RowFilter } from './row-filter.js';
import { SharedParts } from './shared-parts.js';
import { introducedRows, withOwnRows, withSharedRows } from './shared-rows.js';

export interface OptimizerOptions {
  /** Whether the conditions of a related row can use columns of the rows around it. */
  readonly outerRows: boolean;
}

/**
 * Returns a filter of the same rows that a database plans and runs faster: alternatives about one relation become one `exists`, shared parts
 * are written once, and alternatives about one column become one list. A filter has two outcomes, so the laws of logic hold exactly.
 */
export function optimizeFilter(filter: RowFilter, options: OptimizerOptions): RowFilter {
  const optimizer = new Optimizer(options);
  let current = withSharedRows(filter);
  for (let pass = 0; pass < maxPasses; pass++) {
    const next = optimizer.of(current);
    if (optimizer.areEqual(next, current)) break;
    current = next;
  }
  return withOwnRows(current);
}

/** Some laws make room for others. Filters of policies need at most three passes. */
const maxPasses = 4;
/** The number of alternatives whose own conditions are worth moving into one `exists`. */
const minMoved = 3;

type Kind = 'and' | 'or';
type Related = Extract<RowFilter, { readonly kind: 'exists' | 'none' }>;
type Listed = Extract<RowFilter, { readonly kind: 'in' | 'not-in' }>;
type Parts = readonly RowFilter[];

const dual = { and: 'or', or: 'and' } as const;
/** The quantifier that distributes over a junction, and the other one, which does so for relations to one row. */
const quantifiers = { or: ['exists', 'none'], and: ['none', 'exists'] } as const;
const partsOf = (kind: Kind, filter: RowFilter): Parts => (filter.kind === kind ? filter.parts : [filter]);

class Optimizer {
  readonly #numbers = new FilterNumbers();
  /** The filters that no law changes. Most parts of a filter are among them after one pass. */
  readonly #optimal = new Set<RowFilter>();

  constructor(readonly options: OptimizerOptions) {}

  areEqual(left: RowFilter, right: RowFilter): boolean {
    return this.#numbers.of(left) === this.#numbers.of(right);
  }

  of(filter: RowFilter): RowFilter {
    if (this.#optimal.has(filter)) return filter;
    const optimized = this.#apply(filter);
    if (!this.areEqual(optimized, filter)) return optimized;
    this.#optimal.add(filter);
    return filter;
  }

  #apply(filter: RowFilter): RowFilter {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return this.#join(
          filter.kind,
          filter.parts.map((part) => this.of(part)),
        );
      case 'exists':
      case 'none':
        return related(filter.kind, filter.step, this.of(filter.where));
      case 'in-set':
      case 'not-in-set': {
        const { set } = filter;
        return { ...filter, set: { ...set, base: this.of(set.base), step: this.of(set.step) } };
      }
      default:
        return filter;
    }
  }

  /** Joins parts, and applies each law to them once. */
  #join(kind: Kind, given: Parts): RowFilter {
    const [own, other] = quantifiers[kind];
    let parts = this.#distinct(kind, given);
    parts = this.#withoutImplied(kind, parts);
    parts = this.#merge(parts, own, () => true, 'or');
    parts = this.#merge(parts, other, leadsToOne, 'and');
    parts = mergeLists(kind, parts);
    parts = this.#share(kind, parts);
    if (this.options.outerRows) {
      parts = this.#moveInto(kind, own, parts);
      parts = this.#moveIntoOne(kind, other, parts);
    }
    return joined(kind, this.#distinct(kind, parts));
  }

  /** Returns the parts without repeated ones, and without those that decide nothing. */
  #distinct(kind: Kind, parts: Parts): Parts {
    const [neutral, decisive] = kind === 'and' ? ['always', 'never'] : ['never', 'always'];
    const kept = new Map<number, RowFilter>();
    for (const part of parts.flatMap((each) => partsOf(kind, each))) {
      if (part.kind === decisive) return [part];
      if (part.kind !== neutral) kept.set(this.#numbers.of(part), part);
    }
    return [...kept.values()];
  }

  /** A comparison holds only where its columns are not `NULL`, so the same test beside it says nothing new. */
  #withoutImplied(kind: Kind, given: Parts): Parts {
    if (kind === 'or' || !given.some(testsNull)) return given;
    const parts = withoutReadableNull(given);
    const present = new Set(parts.flatMap(presentColumns));
    if (present.size === 0) return parts;
    const compared = new Set(parts.filter(({ kind: each }) => each !== 'not-null').flatMap(presentColumns));
    const isAbsent = (part: RowFilter): boolean => part.kind === 'null' && present.has(textOf(part.column));
    return this.#distinct(
      kind,
      parts.flatMap((part): Parts => {
        if (part.kind === 'not-null' && compared.has(textOf(part.column))) return [];
        if (isAbsent(part)) return [noRows];
        if (part.kind !== 'or' || !part.parts.some(isAbsent)) return [part];
        return [
          joined(
            'or',
            part.parts.filter((each) => !isAbsent(each)),
          ),
        ];
      }),
    );
  }

  /** Merges the parts about one relation: a row exists for one condition or for another, when it exists for one of both. */
  #merge(parts: Parts, kind: Related['kind'], canMerge: (step: RelationStep) => boolean, inner: Kind): Parts {
    const groups = new Map<string, Related[]>();
    for (const part of parts)
      if (part.kind === kind && canMerge(part.step)) {
        const group = groups.get(nameOf(part.step));
        if (group === undefined) groups.set(nameOf(part.step), [part]);
        else group.push(part);
      }
    return parts.flatMap((part): Parts => {
      const group = part.kind === kind ? groups.get(nameOf(part.step)) : undefined;
      if (group === undefined || group.length === 1) return [part];
      if (group[0] !== part) return [];
      const where = this.#join(
        inner,
        group.map((each) => each.where),
      );
      return [related(kind, part.step, where)];
    });
  }

  /** `(k and a) or (k and b)` is `k and (a or b)`, and the same with `and` and `or` exchanged. The part that most others share comes first. */
  #share(kind: Kind, given: Parts): Parts {
    const inner = dual[kind];
    const uses = new SharedParts((part) => this.#numbers.of(part));
    const parts: (RowFilter | undefined)[] = [...given];
    given.forEach((part, place) => uses.add(partsOf(inner, part), place));
    for (;;) {
      const most = uses.most();
      if (most === undefined) return parts.filter((part) => part !== undefined);
      const { part: shared, places } = most;
      const rests: RowFilter[] = [];
      for (const place of places) {
        const own = partsOf(inner, parts[place]!);
        uses.remove(own, place);
        rests.push(
          joined(
            inner,
            own.filter((each) => !this.areEqual(each, shared)),
          ),
        );
        parts[place] = undefined;
      }
      const one = this.#join(inner, [shared, this.#join(kind, rests)]);
      const [place] = places;
      parts[place!] = one;
      // The new part can consist of alternatives, which share parts with others.
      if (one.kind === kind)
        return this.#share(
          kind,
          parts.flatMap((part) => (part === undefined ? [] : partsOf(kind, part))),
        );
      uses.add(partsOf(inner, one), place!);
    }
  }

  /**
   * Moves conditions beside a relation into it: `(l and exists(a)) or (m and exists(b))` is `exists((l and a) or (m and b))`, and
   * `(l or none(a)) and (m or none(b))` is `none((not l and a) or (not m and b))`.
   */
  #moveInto(kind: Kind, quantifier: Related['kind'], given: Parts): Parts {
    const min = kind === 'or' ? minMoved : 2;
    // Beside another row of the same relation, the two would become one.
    const canMove = (rows: readonly number[], to: number): boolean => !rows.includes(to);
    const { parts, moved } = this.#besideOneRelation(kind, quantifier, given, min, canMove);
    if (moved.length === 0) return given;
    const alternatives = moved.map(({ beside, where }) => this.#join('and', [beside, where]));
    return [...parts, related(quantifier, moved[0]!.step, this.#join('or', alternatives))];
  }

  /**
   * Moves conditions into a relation to one row: `(l or exists(a)) and (m or exists(b))` is `(l and m) or exists((l or a) and (m or b))`,
   * and `(l and none(a)) or (m and none(b))` is `(l or m) and none((not l or a) and (not m or b))`.
   */
  #moveIntoOne(kind: Kind, quantifier: Related['kind'], given: Parts): Parts {
    // The conditions are written twice, so that relations among them would double with each relation.
    const canMove = (rows: readonly number[]): boolean => rows.length === 0;
    const { parts, moved } = this.#besideOneRelation(kind, quantifier, given, minMoved, canMove);
    const [first] = moved;
    if (first === undefined || !leadsToOne(first.step)) return given;
    const where = this.#join(
      'and',
      moved.map((each) => this.#join('or', [each.beside, each.where])),
    );
    const without = this.#join(
      kind,
      moved.map(({ own }) => own),
    );
    return [...parts, this.#join(dual[kind], [without, related(quantifier, first.step, where)])];
  }

  /**
   * Finds the parts that are a relation beside other conditions, for the relation of most such parts.
   *
   * @param canMove whether conditions can be moved that introduce rows, into a relation that leads to a row
   * @returns the other parts; and those of the relation, each with its other conditions `own`, which are `beside` it as the law needs them:
   *   the conditions themselves beside `exists`, their complement beside `none`
   */
  #besideOneRelation(
    kind: Kind,
    quantifier: Related['kind'],
    given: Parts,
    min: number,
    canMove: (rows: readonly number[], to: number) => boolean,
  ) {
    const inner = dual[kind];
    const counts = new Map<string, number>();
    for (const part of given) {
      const found = partsOf(inner, part).flatMap((each) =>
        each.kind === quantifier ? [nameOf(each.step)] : [],
      );
      for (const name of new Set(found)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const [name, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    const parts: RowFilter[] = [];
    const moved: Moved[] = [];
    if (count >= min)
      for (const part of given) {
        const found = partsOf(inner, part).find(
          (each): each is Related => each.kind === quantifier && nameOf(each.step) === name,
        );
        const own = joined(
          inner,
          partsOf(inner, part).filter((each) => each !== found),
        );
        const beside = quantifier === 'exists' ? own : complementOf(own);
        if (found === undefined || beside === undefined || !canMove(introducedRows(own), found.step.to.id))
          parts.push(part);
        else moved.push({ step: found.step, where: found.where, own, beside });
      }
    return moved.length < min ? { parts: given, moved: [] } : { parts, moved };
  }
}

/** A relation with the conditions beside it. */
interface Moved {
  readonly step: RelationStep;
  readonly where: RowFilter;
  readonly own: RowFilter;
  readonly beside: RowFilter;
}

function joined(kind: Kind, parts: Parts): RowFilter {
  if (parts.length === 0) return kind === 'and' ? allRows : noRows;
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

function related(kind: Related['kind'], step: RelationStep, where: RowFilter): RowFilter {
  if (where.kind === 'never') return kind === 'exists' ? noRows : allRows;
  return { kind, step, where };
}

const nameOf = ({ from, relation, to }: RelationStep): string => `${from.id} ${relation.name} ${to.id}`;

/** Whether a relation leads to one row at most, so that conditions on it are about the same row. */
const leadsToOne = ({ relation, to }: RelationStep): boolean =>
  relation.kind === 'one' && to.type.key?.every((field) => relation.foreign.includes(field)) === true;

/**
 * Returns the parts without the tests that a `NULL` is readable: it is a value of each nullable column. A member of JSON and a number that is derived
 * can also be `NULL` in a query because they are not readable.
 */
function withoutReadableNull(parts: Parts): Parts {
  const absent = new Set(
    parts.flatMap((part) => (part.kind === 'null' && isStoredNull(part.column) ? [textOf(part.column)] : [])),
  );
  return parts.filter((part) => part.kind !== 'readable' || !absent.has(textOf(part.column)));
}

const isStoredNull = ({ nullable, member, derived }: Column): boolean =>
  nullable && member === undefined && derived === undefined;

/** Returns whether a filter, or one of its alternatives, is a test for `NULL`. */
const testsNull = (filter: RowFilter): boolean =>
  filter.kind === 'null' ||
  filter.kind === 'not-null' ||
  (filter.kind === 'or' && filter.parts.some(({ kind }) => kind === 'null'));

/** Returns the columns that are not `NULL` where a filter holds. */
function presentColumns(filter: RowFilter): readonly string[] {
  switch (filter.kind) {
    case 'not-null':
    case 'in':
    case 'not-in':
      return [textOf(filter.column)];
    case 'count':
      return filter.other.kind === 'column' ? [textOf(filter.other)] : [];
    case 'compare':
    case 'computed':
    case 'computable':
    case 'text':
    case 'not-text':
      return operandsOf(filter).flatMap((side) => (side.kind === 'column' ? [textOf(side)] : []));
    default:
      return [];
  }
}

/**
 * Returns the rows that a filter does not accept, whatever the declaration of a column says about `NULL`: a change of the form must not
 * change the rows. The order of floats has `NaN`, for which databases differ.
 */
const complementOf = (filter: RowFilter): RowFilter | undefined =>
  ordersFloats(filter) ? undefined : complement(filter, (column) => ({ kind: 'null', column }));

function ordersFloats(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.some(ordersFloats);
    case 'compare':
      return [filter.left, filter.right].some((side) => side.kind === 'column' && side.type === 'float');
    default:
      return false;
  }
}

/** Merges alternatives that compare one column with values. Lists of other types are printed as alternatives anyway. */
function mergeLists(kind: Kind, parts: Parts): Parts {
  const wanted = kind === 'or' ? 'in' : 'not-in';
  const groups = new Map<string, Listed[]>();
  const places = parts.map((part) => {
    const list = listOf(wanted, part);
    if (list === undefined) return part;
    const name = textOf(list.column);
    const group = groups.get(name);
    if (group !== undefined) {
      group.push(list);
      return undefined;
    }
    const first = [list];
    groups.set(name, first);
    return { part, group: first };
  });
  return places.flatMap((place): Parts => {
    if (place === undefined) return [];
    if ('kind' in place) return [place];
    const { part, group } = place;
    if (group.length === 1) return [part];
    return [{ ...group[0]!, values: [...new Set(group.flatMap(({ values }) => values))] }];
  });
}

/** Returns a comparison with values as a list. */
function listOf(kind: Listed['kind'], part: RowFilter): Listed | undefined {
  const list = part.kind === kind ? part : listOfOne(kind, part);
  return list !== undefined && isListable(list.column) ? list : undefined;
}

function listOfOne(kind: Listed['kind'], part: RowFilter): Listed | undefined {
  if (part.kind !== 'compare' || part.order === 'own') return undefined;
  if (part.operator !== (kind === 'in' ? '=' : '<>')) return undefined;
  const [column, other] = part.left.kind === 'column' ? [part.left, part.right] : [part.right, part.left];
  if (column.kind !== 'column' || other.kind !== 'value') return undefined;
  const values: readonly Scalar[] = [other.value];
  return { kind, column, values };
}

const isListable = ({ type }: Column): boolean => type === 'string' || type === 'integer';
