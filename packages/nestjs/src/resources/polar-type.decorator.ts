import type { Class, FieldTypeInput, TypeDeclaration, TypeInput, TypesInput } from '@nanook/core';
import { locationOf } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { checkNoClass } from '../requirements/decorator-arguments.js';

/** Options of `@PolarType`. */
export interface PolarTypeOptions<T = unknown> extends Pick<TypeDeclaration<T>, 'key' | 'equals'> {
  /** The name of the type in policies. Default: the name of the class. */
  readonly name?: string;
  /** Returns the fields that a policy can read. It is called when the policy is loaded, so that classes can refer to each other. */
  readonly fields?: () => Readonly<Record<string, FieldTypeInput>>;
}

// On globalThis, so that the ESM and the CommonJS copy of this package share the registry.
const registryKey = Symbol.for('@nanook/nestjs/types');
const registries = globalThis as { [registryKey]?: Map<Class, PolarTypeOptions> };
const registered = (registries[registryKey] ??= new Map<Class, PolarTypeOptions>());

/**
 * Registers a class as a type of the policy, like an entry in the option `types`. A class whose file is not imported is not registered. A
 * type that the policy does not use has no effect.
 *
 * @param given the name of the type, or its options
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` for a decorator without parentheses
 * @example
 * @Entity() @PolarType({ key: 'id', fields: () => ({ id: 'String', owner: User }) })
 * class Repository { … }
 */
export function PolarType(given: string | PolarTypeOptions = {}): ClassDecorator {
  checkNoClass('@PolarType', given, `@PolarType(), or @PolarType('Memo')`);
  return (target) =>
    void registered.set(target as unknown as Class, typeof given === 'string' ? { name: given } : given);
}

/**
 * Returns the types for the policy: those of the option `types`, and the classes with `@PolarType` that it does not have.
 *
 * @throws {NanookNestError} `NANOOK_NEST_DUPLICATE_TYPE` if two classes have the same name
 */
export function withRegisteredTypes(given: TypesInput = {}): TypesInput {
  const classes = new Set(Object.values(given).map(classOf));
  const byName = new Map<string, Class>();
  for (const [type, { name = type.name }] of registered) {
    if (Object.hasOwn(given, name) || classes.has(type)) continue;
    const other = byName.get(name);
    if (other !== undefined && !isSameClass(other, type))
      throw new NanookNestError('NANOOK_NEST_DUPLICATE_TYPE', {
        name,
        first: described(other),
        second: described(type),
      });
    byName.set(name, type);
  }
  return { ...Object.fromEntries([...byName].map(([name, type]) => [name, declared(type)])), ...given };
}

function declared(type: Class): TypeDeclaration {
  const { name: _, fields, ...rest } = registered.get(type)!;
  return { ...rest, class: type, ...(fields !== undefined && { fields: fields() }) };
}

const classOf = (type: TypeInput): Class | undefined => (typeof type === 'function' ? type : type.class);

/** Returns whether a file was evaluated twice, as in watch mode: its later class replaces the earlier one. */
const isSameClass = (one: Class, other: Class): boolean => {
  const location = locationOf(one);
  return location !== undefined && location === locationOf(other) && String(one) === String(other);
};

const described = (type: Class): string => {
  const location = locationOf(type);
  return location === undefined ? type.name : `${type.name} (${location})`;
};
