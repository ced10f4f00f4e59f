import type { Enforcer } from 'casbin';

/** An enforcer over a model and the lines of a policy. */
export async function casbin(model: string, lines: readonly string[]): Promise<Enforcer> {
  const { newEnforcer, newModelFromString, StringAdapter } = await import('casbin');
  // Its adapter takes no policy without lines, which is what a model of attributes only has.
  if (lines.length === 0) return newEnforcer(newModelFromString(model));
  return newEnforcer(newModelFromString(model), new StringAdapter(lines.join('\n')));
}
