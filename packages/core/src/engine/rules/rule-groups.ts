import type { TypeSet } from '../../host/type-set.js';
import type { CandidateTable } from './candidate.js';

/** Types to which the same rules apply. */
export interface TypeGroup {
  readonly table: CandidateTable;
  readonly types: readonly TypeSet[];
}

/**
 * Groups types to which the same rules apply, in the same order and with the same goals left to prove. Types to which no rule applies are
 * left out.
 */
export function groupByRules(
  all: readonly TypeSet[],
  tableFor: (types: TypeSet) => CandidateTable,
): TypeGroup[] {
  const groups = new Map<string, { readonly table: CandidateTable; readonly types: TypeSet[] }>();
  for (const types of all) {
    const table = tableFor(types);
    if (table.candidates.length === 0) continue;
    const key = table.candidates
      .map((c) => `${c.rule.id}:${c.unify.join()}:${c.head.length}:${c.isTrial}`)
      .join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { table, types: [types] });
    else group.types.push(types);
  }
  return [...groups.values()];
}
