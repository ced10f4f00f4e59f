import type { DeclaredType } from './declared-type.js';
import { typed } from './typed.js';

/** The type and the key of an object that a policy names: `User{"ann"}`. */
export interface NamedEntity {
  readonly type: string;
  readonly id: string | number;
}

const namedEntities = new WeakMap<object, NamedEntity>();

/** Creates the object of `User{"ann"}`: a row, or an instance of the class of the type, that has its key and no other attribute. */
export function createEntity(type: DeclaredType, id: string | number): object {
  const fields = { [type.key?.[0] ?? 'id']: id };
  const entity =
    type.class === undefined
      ? typed(type.name, fields)
      : Object.assign(Object.create(type.class.prototype as object) as object, fields);
  namedEntities.set(entity, { type: type.name, id });
  return entity;
}

/** Returns the type and the key of an object that a policy names; undefined for another value. */
export const findNamedEntity = (value: object): NamedEntity | undefined => namedEntities.get(value);
