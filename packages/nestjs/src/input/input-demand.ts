import { findMethod } from '../method-place.js';

/** The demand of `@AuthorizedInput`. */
export interface InputDemand {
  readonly action: string | undefined;
  readonly refused: 'refuse' | 'drop';
}

const inputKey = Symbol.for('@nanook/nestjs/input');

/** Remembers the demand at the method: by name, as the parameters of Nest are. */
export const demandInput = (prototype: object, key: string | symbol, demand: InputDemand): void =>
  Reflect.defineMetadata(inputKey, demand, prototype, key);

export function inputDemandOf(type: object, handler: object): InputDemand | undefined {
  const place = findMethod(type, handler);
  return place && (Reflect.getMetadata(inputKey, place.prototype, place.name) as InputDemand | undefined);
}
