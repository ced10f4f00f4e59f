import type { Check } from '../library.ts';

/** Loads the same policy as Nanook, with default options. */
export async function oso(
  policy: string,
  classes: Readonly<Record<string, new (...args: never[]) => unknown>>,
  constants: Readonly<Record<string, unknown>> = {},
): Promise<Check> {
  const { Oso } = await import('oso');
  const engine = new Oso();
  for (const [name, type] of Object.entries(classes)) engine.registerClass(type, { name });
  for (const [name, value] of Object.entries(constants)) engine.registerConstant(value, name);
  await engine.loadStr(policy);
  return (actor, action, resource) => engine.isAllowed(actor, action, resource);
}
