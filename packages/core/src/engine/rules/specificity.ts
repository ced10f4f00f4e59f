import type { Meter } from '../../host/meter.js';
import type { TypeSet } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { Parameter, Specializer } from '../../ir/goal.js';
import type { ArgumentShape } from './argument-shape.js';
import type { Candidate, CandidateTable } from './candidate.js';

/**
 * Orders candidates by specificity. The parameters are compared from the left, and the first in which two rules differ decides. Rules that
 * differ in none keep their order.
 *
 * @see Polar reference, "rule specificity"
 */
export function orderBySpecificity(
  candidates: readonly Candidate[],
  shapes: readonly ArgumentShape[],
  meter: Meter,
): CandidateTable {
  if (candidates.length < 2) return { candidates, isMoreSpecific: undefined };
  // Rules with similar heads are equally specific: grouping them keeps the number of pairs small.
  const classes = new Map<string, { readonly id: number; readonly parameters: readonly Parameter[] }>();
  // No parameter is compared after the last one with a specializer, so of that one only the type and the number of fields count.
  const last = shapes.findLastIndex((_, i) =>
    candidates.some(({ rule }) => rule.parameters[i]!.specializer.kind !== 'none'),
  );
  const classOf = candidates.map(({ rule }) => {
    const key = rule.parameters.map((p, i) => headKey(p.specializer, i === last)).join('\u0001');
    let found = classes.get(key);
    if (found === undefined) classes.set(key, (found = { id: classes.size, parameters: rule.parameters }));
    return found.id;
  });
  if (classes.size <= 1) return { candidates, isMoreSpecific: undefined };
  const heads = [...classes.values()].map((c) => c.parameters);
  const more = heads.map((left) =>
    heads.map((right) => {
      meter.step();
      return isMoreSpecific(left, right, shapes);
    }),
  );
  if (!more.some((row) => row.includes(true))) return { candidates, isMoreSpecific: undefined };
  if (!isWeakOrder(more)) {
    return { candidates, isMoreSpecific: (left, right) => more[classOf[left]!]![classOf[right]!]! };
  }
  const positions = insertionSort(
    [...candidates.keys()],
    (left, right) => more[classOf[left]!]![classOf[right]!]!,
  );
  return { candidates: positions.map((i) => candidates[i]!), isMoreSpecific: undefined };
}

/** Sorts items, stably: an item moves left while it precedes its left neighbor. */
export function insertionSort<Item>(
  items: readonly Item[],
  precedes: (left: Item, right: Item) => boolean,
): Item[] {
  const sorted = [...items];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && precedes(sorted[j]!, sorted[j - 1]!); j--) {
      [sorted[j - 1], sorted[j]] = [sorted[j]!, sorted[j - 1]!];
    }
  }
  return sorted;
}

/** Returns whether unordered items are interchangeable, so that sorting a part of the rules gives the same order as sorting all. */
function isWeakOrder(more: readonly (readonly boolean[])[]): boolean {
  const size = more.length;
  const rank = more.map((row) => row.filter(Boolean).length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (more[i]![j] !== rank[i]! > rank[j]!) return false;
  }
  return true;
}

function isMoreSpecific(
  left: readonly Parameter[],
  right: readonly Parameter[],
  shapes: readonly ArgumentShape[],
): boolean {
  for (let i = 0; i < left.length; i++) {
    const l = left[i]!.specializer;
    const r = right[i]!.specializer;
    if (l.kind === 'none' && r.kind === 'none') continue;
    if (l.kind === 'none') return false;
    if (r.kind === 'none') return true;
    if (l.kind === 'union' && r.kind === 'union') continue;
    if (l.kind === 'union') return false;
    if (r.kind === 'union') return true;
    if (specializerKey(l) === specializerKey(r)) continue;
    return isSubSpecializer(l, r, shapes[i]!.types);
  }
  return false;
}

function isSubSpecializer(left: Specializer, right: Specializer, types: TypeSet): boolean {
  if (left.kind === 'type' && right.kind === 'type') {
    if (!types.isInstance) return false;
    if (left.name === right.name) return left.fieldCount > right.fieldCount;
    const [l, r] = [left, right].map(({ type }) => (type === undefined ? -1 : rankOf(type, types))) as [
      number,
      number,
    ];
    return l !== -1 && (r === -1 || l < r);
  }
  if (left.kind === 'dictionary' && right.kind === 'dictionary') return left.fieldCount > right.fieldCount;
  return left.kind === 'type' && right.kind === 'dictionary';
}

/** Returns the position of a class among those of a value; -1 for another class. A class may have several names. */
const rankOf = (type: DeclaredType, { chain }: TypeSet): number =>
  chain.findIndex((each) => each === type || (type.class !== undefined && each.class === type.class));

/** Returns the part of a specializer on which the order of rules depends. */
function headKey(specializer: Specializer, isLast: boolean): string {
  if (!isLast) return specializerKey(specializer);
  switch (specializer.kind) {
    case 'type':
      return `type:${specializer.name}:${specializer.fieldCount}`;
    case 'dictionary':
      return `dictionary:${specializer.fieldCount}`;
    case 'other':
      return 'other';
    default:
      return specializerKey(specializer);
  }
}

function specializerKey(specializer: Specializer): string {
  switch (specializer.kind) {
    case 'none':
      return '';
    case 'union':
      return specializer.union;
    case 'type':
    case 'dictionary':
    case 'other':
      return `${specializer.kind}:${specializer.text}`;
  }
}
