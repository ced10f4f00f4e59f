import { Reflector, type ModulesContainer } from '@nestjs/core';
import { prototypesOf, handlerName } from '../execution/handler-location.js';
import {
  classRequirementsOf,
  findRequiringMethod,
  needsCheck,
  fieldsKey,
  requirementsOf,
} from './handler-requirement.js';

// A reflector has no state, and the callers have no injected one.
const reflector = new Reflector();

/** Returns whether a handler or its class has a requirement that needs a check. */
export function hasRequirement(type: object, handler: object): boolean {
  if (Reflect.hasMetadata(fieldsKey, handler) || Reflect.hasMetadata(fieldsKey, type)) return true;
  try {
    return needsCheck(requirementsOf(reflector, type, handler));
  } catch {
    return true; // the requirements conflict, or they are lost
  }
}

/** Finds the first class or method of an application that has a requirement, and returns its name. */
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
  if (needsCheck(classRequirementsOf(reflector, type)) || Reflect.hasMetadata(fieldsKey, type))
    return (type as { readonly name: string }).name;
  for (const prototype of prototypesOf(type))
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method = findRequiringMethod(reflector, prototype, name);
      if (method !== undefined) return handlerName(type, method);
    }
  return undefined;
}
