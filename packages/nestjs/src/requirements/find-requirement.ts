import { Reflector, type ModulesContainer } from '@nestjs/core';
import {
  classRequirementsOf,
  findRequiringMethod,
  demands,
  fieldsKey,
  requirementsOf,
} from './handler-requirement.js';
import { prototypesOf, handlerName } from '../execution/handler-location.js';

// It has no state, and what is asked here is asked where none is injected.
const reflector = new Reflector();

/** Returns whether the decorators of a handler, or of its class, demand something. A skip demands nothing. */
export function hasRequirement(type: object, handler: object): boolean {
  if (Reflect.hasMetadata(fieldsKey, handler) || Reflect.hasMetadata(fieldsKey, type)) return true;
  try {
    return demands(requirementsOf(reflector, type, handler));
  } catch {
    return true; // the requirements contradict each other, or got lost
  }
}

/** The first class or method of an application, by name, whose decorators demand something. */
export function findRequiringPlace(modules: ModulesContainer): string | undefined {
  for (const { controllers, providers } of modules.values())
    for (const { metatype } of [...controllers.values(), ...providers.values()])
      if (typeof metatype === 'function' && metatype.prototype !== undefined) {
        const found = findRequiringPlaceIn(metatype);
        if (found !== undefined) return found;
      }
  return undefined;
}

function findRequiringPlaceIn(type: object): string | undefined {
  if (demands(classRequirementsOf(reflector, type)) || Reflect.hasMetadata(fieldsKey, type))
    return (type as { readonly name: string }).name;
  for (const prototype of prototypesOf(type))
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method = findRequiringMethod(reflector, prototype, name);
      if (method !== undefined) return handlerName(type, method);
    }
  return undefined;
}
