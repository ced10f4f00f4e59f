import { printParameter, type RuleNode, type RuleTypeNode } from '@nanook/core/syntax';
import type { Snapshot } from '../workspace/snapshot.js';
import type { Completion } from './completion.js';

/** The rules that blocks define or that an application calls. */
const builtInRules = ['allow', 'has_permission', 'has_role', 'has_relation', 'allow_field', 'allow_request'];

/** Returns the rules of a workspace by name, each with its rule types. */
export function rulesByName({ trees }: Snapshot): ReadonlyMap<string, readonly (RuleNode | RuleTypeNode)[]> {
  const found = new Map<string, (RuleNode | RuleTypeNode)[]>();
  for (const { statements } of trees)
    for (const statement of statements) {
      if (statement.kind !== 'rule' && statement.kind !== 'rule-type') continue;
      const known = found.get(statement.name);
      if (known === undefined) found.set(statement.name, [statement]);
      else known.push(statement);
    }
  return found;
}

/** Returns the head of a rule: `allow(user: User, "read", note: Note)`. */
export const headText = ({ name, parameters }: Pick<RuleNode, 'name' | 'parameters'>): string =>
  `${name}(${parameters.map(printParameter).join(', ')})`;

/** Returns the rules, with a place for each argument. */
export function rulesOf(snapshot: Snapshot): readonly Completion[] {
  const byName = rulesByName(snapshot);
  const called = snapshot.symbols.all.flatMap(({ symbols }) =>
    symbols.filter(({ kind, name }) => kind === 'rule' && !byName.has(name)),
  );
  const undefinedRules = called.map(({ name }) => name).filter((name) => !builtInRules.includes(name));
  const names = new Set([
    ...builtInRules.slice(0, 4),
    ...undefinedRules,
    ...byName.keys(),
    ...builtInRules.slice(4),
  ]);
  return [...names].map((label): Completion => {
    const [first] = byName.get(label) ?? [];
    const parameters = first?.parameters.length ?? 3;
    const places = Array.from({ length: parameters }, (_, i) => `$${i + 1}`);
    return {
      label,
      kind: 'rule',
      snippet: `${label}(${places.join(', ')})`,
      ...(first !== undefined && { detail: headText(first) }),
    };
  });
}
