import { findMethod } from '../execution/handler-location.js';

/** The requirement of `@AuthorizedInput`. */
export interface InputRequirement {
  readonly action: string | undefined;
  readonly refused: 'refuse' | 'drop';
}

const inputKey = Symbol.for('@nanook/nestjs/input');

/** Stores the requirement by the name of the method, as Nest stores the parameters of the method. */
export const requireInput = (prototype: object, key: string | symbol, requirement: InputRequirement): void =>
  Reflect.defineMetadata(inputKey, requirement, prototype, key);

/** Returns the requirement of the `@AuthorizedInput` of a handler. */
export function inputRequirementOf(type: object, handler: object): InputRequirement | undefined {
  const place = findMethod(type, handler);
  return (
    place && (Reflect.getMetadata(inputKey, place.prototype, place.name) as InputRequirement | undefined)
  );
}
