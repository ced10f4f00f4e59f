import type { Rule } from '../../ir/goal.js';
import type { DeclaredType } from '../../types/declared-type.js';

/** The rules of one name and arity by the type that they require at one position. */
export interface SpecializerIndex {
  readonly byType: ReadonlyMap<DeclaredType, Rule[]>;
  /** The rules that do not require a single type at the position. */
  readonly others: readonly Rule[];
}

/** Returns the index of the types at a position; undefined when no rule requires one. */
export function specializersAt(rules: readonly Rule[], position: number): SpecializerIndex | undefined {
  const byType = new Map<DeclaredType, Rule[]>();
  const others: Rule[] = [];
  for (const rule of rules) {
    const { specializer } = rule.parameters[position]!;
    if (specializer.kind !== 'type' || specializer.type === undefined) {
      others.push(rule);
      continue;
    }
    const known = byType.get(specializer.type);
    if (known === undefined) byType.set(specializer.type, [rule]);
    else known.push(rule);
  }
  return byType.size === 0 ? undefined : { byType, others };
}
