import type { Class, FieldTypeInput, TypeDeclaration, TypeInput, TypesInput } from '@nanook/core';
import { locationOf } from '@nanook/http';
import { checkNoClass } from '../requirements/decorator-arguments.js';
import { NanookNestError } from '../errors/nanook-nest-error.js';

export interface PolarTypeOptions<T = unknown> extends Pick<TypeDeclaration<T>, 'key' | 'equals'> {
  /** What policies call it. Default: the name of the class. */
  readonly name?: string;
  /** The fields that a policy may read. Asked for when the policy is loaded, so that classes can refer to each other. */
  readonly fields?: () => Readonly<Record<string, FieldTypeInput>>;
}

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/nestjs/types');
const registries = globalThis as { [registryKey]?: Map<Class, PolarTypeOptions> };
const registered = (registries[registryKey] ??= new Map<Class, PolarTypeOptions>());

/**
 * Makes a class a type of the policy, in place of an entry in `types` of the options. A class whose file is not imported is not
 * registered; one that no policy names does no harm.
 *
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
 * The types for the policy: those that are given, and of the classes with `@PolarType` those that are not.
 *
 * @throws {NanookNestError} `NANOOK_NEST_DUPLICATE_TYPE` when two classes have one name
 */
export function withRegisteredTypes(given: TypesInput = {}): TypesInput {
  const classes = new Set(Object.values(given).map(classOf));
  const byName = new Map<string, Class>();
  for (const [type, { name = type.name }] of registered) {
    if (Object.hasOwn(given, name) || classes.has(type)) continue;
    const other = byName.get(name);
    if (other !== undefined)
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

const described = (type: Class): string => {
  const location = locationOf(type);
  return location === undefined ? type.name : `${type.name} (${location})`;
};
