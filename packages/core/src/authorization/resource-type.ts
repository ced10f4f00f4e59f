import type { PlainTypeSets } from '../host/plain-type-sets.js';
import { TypeToken } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';

/** Returns the name of a resource's declared type, or of the type that is the resource; undefined for a resource without a type. */
export function resourceTypeOf(resource: unknown, typeSets: PlainTypeSets): string | undefined {
  if (typeof resource === 'function') return typeSets.types.findByClass(resource as unknown as Class)?.name;
  try {
    if (resource instanceof TypeToken) return resource.name;
    for (const { builtIn, name } of typeSets.of(resource).types) if (!builtIn) return name;
  } catch {
    // A predicate of the application that throws, or an unknown tag, does not change the refusal.
  }
  return undefined;
}
