import type { Enforcer } from 'casbin';

/** Creates an enforcer from a model and the lines of a policy. */
export async function casbin(model: string, lines: readonly string[]): Promise<Enforcer> {
  const { newEnforcer, newModelFromString, StringAdapter } = await import('casbin');
  // StringAdapter rejects an empty policy, and a model that uses only attributes has no lines.
  if (lines.length === 0) return newEnforcer(newModelFromString(model));
  return newEnforcer(newModelFromString(model), new StringAdapter(lines.join('\n')));
}
