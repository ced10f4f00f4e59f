import type { TypeSet } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { CandidateTable } from './candidate.js';

/** Types to which the same rules apply. */
export interface TypeGroup {
  readonly table: CandidateTable;
  readonly types: readonly TypeSet[];
}

/**
 * Divides types into classes for which the same rules apply.
 *
 * @param required the types that the rules require. Sets of types that differ only in others are in one class
 */
export function classesOf(
  all: Iterable<TypeSet>,
  required: ReadonlySet<DeclaredType>,
): readonly (readonly TypeSet[])[] {
  const classes = new Map<string, TypeSet[]>();
  for (const types of all) {
    const tested = testedBy(required, types);
    const known = classes.get(tested);
    if (known === undefined) classes.set(tested, [types]);
    else known.push(types);
  }
  return [...classes.values()];
}

/**
 * Joins classes for which the same rules apply, in the same order and with the same goals left to prove. Types to which no rule applies are
 * left out.
 *
 * @param tableFor called once for each class
 */
export function groupByRules(
  classes: readonly (readonly TypeSet[])[],
  tableFor: (types: TypeSet) => CandidateTable,
): TypeGroup[] {
  const groups = new Map<string, { readonly table: CandidateTable; readonly types: TypeSet[] }>();
  for (const types of classes) {
    const table = tableFor(types[0]!);
    if (table.candidates.length === 0) continue;
    const key = table.candidates
      .map((c) => `${c.rule.id}:${c.unify.join()}:${c.head.length}:${c.isTrial}`)
      .join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { table, types: [...types] });
    else group.types.push(...types);
  }
  return [...groups.values()];
}

/** Identifies the facts about a set of types on which the rules, and their order, depend. */
function testedBy(required: ReadonlySet<DeclaredType>, { types, chain, isInstance, label }: TypeSet): string {
  const tested = [...types].filter((type) => required.has(type)).map(({ id }) => id);
  return `${tested.sort((a, b) => a - b).join()} ${chain.map(({ id }) => id).join()} ${isInstance} ${label}`;
}
