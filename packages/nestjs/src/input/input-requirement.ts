import { findMethod } from '../execution/handler-location.js';

/** The requirement of `@AuthorizedInput`. */
export interface InputRequirement {
  readonly action: string | undefined;
  readonly refused: 'refuse' | 'drop';
  /** The path of the fields in the body, the arguments or the data; empty for all of it. */
  readonly path: readonly string[];
}

const inputKey = Symbol.for('@nanook/nestjs/input');

/** Stores the requirement by the name of the method, as Nest stores the parameters of the method. */
export function requireInput(prototype: object, key: string | symbol, requirement: InputRequirement): void {
  const others = (Reflect.getOwnMetadata(inputKey, prototype, key) ?? []) as readonly InputRequirement[];
  Reflect.defineMetadata(inputKey, [requirement, ...others], prototype, key);
}

/** Returns the requirements of each `@AuthorizedInput` of a handler. */
export function inputRequirementsOf(type: object, handler: object): readonly InputRequirement[] {
  const place = findMethod(type, handler);
  if (place === undefined) return [];
  return (Reflect.getMetadata(inputKey, place.prototype, place.name) ?? []) as readonly InputRequirement[];
}
