import { parentOf } from './member.js';
import type { DeclaredMembers } from '../internal/descriptions.js';
import { isPlainObject } from './value.js';

/** Returns the names of the attributes that a value has or declares, for "did you mean". */
export function knownMembers(receiver: unknown, { declared: types }: DeclaredMembers): string[] {
  const declared = types.flatMap((type) => [...(type.fields?.keys() ?? []), ...type.relations.keys()]);
  return typeof receiver === 'object' && receiver !== null
    ? [...declared, ...Object.keys(receiver).slice(0, 100), ...gettersOf(receiver)]
    : declared;
}

/** Returns the names of members on the classes of an instance, for "did you mean". */
export function gettersOf(receiver: object): string[] {
  const found: string[] = [];
  if (isPlainObject(receiver)) return found;
  for (let p = parentOf(receiver); p !== null && p !== Object.prototype; p = parentOf(p)) {
    found.push(...Object.getOwnPropertyNames(p).filter((n) => n !== 'constructor'));
  }
  return found;
}
