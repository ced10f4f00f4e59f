import type { TypeSet } from '../../host/type-set.js';
import type { DeclaredType } from '../../types/declared-type.js';
import type { CandidateTable } from './candidate.js';

/** Types to which the same rules apply. */
export interface TypeGroup {
  readonly table: CandidateTable;
  readonly types: readonly TypeSet[];
}

/**
 * Groups types to which the same rules apply, in the same order and with the same goals left to prove. Types to which no rule applies are
 * left out.
 *
 * @param required the types that the rules require. Sets that differ only in other types have one table, so it is built once
 */
export function groupByRules(
  all: readonly TypeSet[],
  required: ReadonlySet<DeclaredType>,
  tableFor: (types: TypeSet) => CandidateTable,
): TypeGroup[] {
  const groups = new Map<string, { readonly table: CandidateTable; readonly types: TypeSet[] }>();
  const tables = new Map<string, CandidateTable>();
  for (const types of all) {
    const tested = testedBy(required, types);
    let table = tables.get(tested);
    if (table === undefined) tables.set(tested, (table = tableFor(types)));
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

/** Identifies the facts about a set of types on which the rules, and their order, depend. */
function testedBy(required: ReadonlySet<DeclaredType>, { types, chain, isInstance, label }: TypeSet): string {
  const tested = [...types].filter((type) => required.has(type)).map(({ id }) => id);
  return `${tested.sort((a, b) => a - b).join()} ${chain.map(({ id }) => id).join()} ${isInstance} ${label}`;
}
