import { locationOf } from '@nanook/http';
import { Inject, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { EntryPoints } from '../entry-points/entry-points.js';
import type { AuditFinding } from '../errors/nanook-nest-error.js';
import { prototypesOf, handlerName } from '../execution/handler-location.js';
import {
  classRequirementsOf,
  fieldsKey,
  namedRequirements,
  ownRequirementsOf,
} from '../requirements/handler-requirement.js';
import { finding } from './finding.js';

/**
 * Finds requirements for which no guard runs: on methods that are not handlers, such as methods of a service, hooks of a gateway and
 * callbacks of a timer, and on classes without handlers. A decorated method there would run for every caller.
 */
@Injectable()
export class UnreachedRequirements {
  constructor(
    @Inject(EntryPoints) private readonly entries: EntryPoints,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** Returns a finding for each decorated class or method without a guard. */
  findings(): AuditFinding[] {
    const reached = new Map<Type, Set<PropertyKey>>();
    for (const { type, name } of this.entries.all())
      reached.set(type, (reached.get(type) ?? new Set()).add(name));
    return [...this.entries.types()].flatMap((type) => this.#of(type, reached.get(type) ?? new Set()));
  }

  #of(type: Type, reached: ReadonlySet<PropertyKey>): AuditFinding[] {
    const hasRequirement = classRequirementsOf(this.reflector, type).some(({ kind }) => kind !== 'skip');
    const isUnreached = reached.size === 0 && (hasRequirement || Reflect.hasMetadata(fieldsKey, type));
    return [
      ...(isUnreached ? [unreached(type.name, type)] : []),
      ...this.#decoratedMethods(type)
        .filter(({ name }) => !reached.has(name))
        .map(({ method }) => unreached(handlerName(type, method), method)),
    ];
  }

  /** Returns the methods with a requirement, without overridden ones, which are not called. */
  #decoratedMethods(type: Type): { readonly name: PropertyKey; readonly method: object }[] {
    const methods = new Map<PropertyKey, { readonly method: object; readonly isDecorated: boolean }>();
    for (const prototype of prototypesOf(type))
      for (const name of Reflect.ownKeys(prototype)) {
        const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
        if (name === 'constructor' || typeof method !== 'function' || methods.has(name)) continue;
        const requirements = [
          ...namedRequirements(prototype, name),
          ...ownRequirementsOf(this.reflector, method),
        ];
        const isDecorated =
          requirements.some(({ kind }) => kind !== 'skip') || Reflect.hasMetadata(fieldsKey, method);
        methods.set(name, { method, isDecorated });
      }
    return [...methods]
      .filter(([, { isDecorated }]) => isDecorated)
      .map(([name, { method }]) => ({ name, method }));
  }
}

const unreached = (handler: string, place: object): AuditFinding => ({
  ...finding('NANOOK_NEST_UNREACHED_REQUIREMENT', { handler }),
  handler,
  routes: [],
  location: locationOf(place),
});
