import type { Oso } from 'oso';
import type { Check } from '../library.ts';

type Name = 'oso' | '@nanook/oso';
let packageName: Name = 'oso';

/** Chooses the package for the next engines: oso, or the package with its API. */
export const useOsoPackage = (name: Name): void => void (packageName = name);

type Classes = Readonly<Record<string, new (...args: never[]) => unknown>>;

/** Loads the same policy as Nanook, with default options. */
export async function osoEngine(
  policy: string,
  classes: Classes,
  constants: Readonly<Record<string, unknown>> = {},
): Promise<Oso> {
  const { Oso } = (await import(packageName)) as typeof import('oso');
  const engine = new Oso();
  for (const [name, type] of Object.entries(classes)) engine.registerClass(type, { name });
  for (const [name, value] of Object.entries(constants)) engine.registerConstant(value, name);
  await engine.loadStr(policy);
  return engine;
}

export async function oso(...args: Parameters<typeof osoEngine>): Promise<Check> {
  const engine = await osoEngine(...args);
  return (actor, action, resource) => engine.isAllowed(actor, action, resource);
}
