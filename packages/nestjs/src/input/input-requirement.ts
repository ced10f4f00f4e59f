import { findMethod } from '../execution/handler-location.js';

/** The demand of `@AuthorizedInput`. */
export interface InputRequirement {
  readonly action: string | undefined;
  readonly refused: 'refuse' | 'drop';
}

const inputKey = Symbol.for('@nanook/nestjs/input');

/** Remembers the demand at the method: by name, as the parameters of Nest are. */
export const requireInput = (prototype: object, key: string | symbol, demand: InputRequirement): void =>
  Reflect.defineMetadata(inputKey, demand, prototype, key);

export function inputRequirementOf(type: object, handler: object): InputRequirement | undefined {
  const place = findMethod(type, handler);
  return (
    place && (Reflect.getMetadata(inputKey, place.prototype, place.name) as InputRequirement | undefined)
  );
}
