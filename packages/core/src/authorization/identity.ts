import type { TypeSets } from '../host/type-set.js';
import { isPlainObject } from '../host/value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import { TypeToken } from '../types/declared-type.js';
import { resourceTypeOf } from './resource-type.js';

/** The type and the key of an actor or a resource: the part of it that a log needs. */
export interface Identity {
  /** The name of the declared type, or of the class; undefined for a row without a type and for a primitive value. */
  readonly type: string | undefined;
  /**
   * The value of the declared key, or of the attribute `id`; a primitive value itself. Several keys are a JSON list. Undefined for a type
   * that is itself the resource, for an object without a key, and for a key that is declared secret.
   */
  readonly id: string | undefined;
  /** The names of the fields that the type declares secret; undefined if there are none. */
  readonly secrets?: readonly string[];
}

/** Returns the identity of a value; undefined for `null` and `undefined`. It never throws. */
export function identityOf(value: unknown, typeSets: TypeSets): Identity | undefined {
  if (value === null || value === undefined) return undefined;
  if (!isObjectOrFunction(value)) return { type: undefined, id: String(value as string) };
  if (typeof value === 'function' || isToken(value))
    return { type: resourceTypeOf(value, typeSets) ?? classNameOf(value), id: undefined };
  let type: string | undefined;
  try {
    let key: readonly string[] | undefined;
    const secrets: string[] = [];
    for (const declared of typeSets.of(value).types) {
      if (!declared.builtIn) type ??= declared.name;
      key ??= declared.key;
      secrets.push(...declared.secrets);
    }
    const name = type ?? classNameOf(value);
    if (secrets.length === 0) return { type: name, id: keyOf(value, key) };
    const isSecret = (key ?? ['id']).some((each) => secrets.includes(each));
    return { type: name, id: isSecret ? undefined : keyOf(value, key), secrets };
  } catch {
    // A getter or a predicate of the application that throws, an unknown tag, or a revoked proxy.
    return { type: type ?? classNameOf(value), id: undefined };
  }
}

function keyOf(value: object, key: readonly string[] | undefined): string | undefined {
  if (key === undefined) return textOf((value as { readonly id?: unknown }).id);
  if (key.length === 1) return textOf((value as Record<string, unknown>)[key[0]!]);
  const values = key.map((name) => textOf((value as Record<string, unknown>)[name]));
  return values.includes(undefined) ? undefined : JSON.stringify(values);
}

/** Returns the text of a key; bytes become hexadecimal digits. An object is only a key if it converts itself to a primitive value, as an ObjectId does. */
function textOf(key: unknown): string | undefined {
  if (key === null || key === undefined) return undefined;
  if (!isObjectOrFunction(key)) return String(key as string);
  if (key instanceof Date) return key.toISOString();
  // Different bytes can have the same text.
  if (key instanceof Uint8Array)
    return Array.from(key, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = (key as { toString?: unknown }).toString;
  if (typeof text !== 'function' || text === Object.prototype.toString || Array.isArray(key))
    return undefined;
  const result: unknown = text.call(key);
  return typeof result === 'string' ? result : undefined;
}

function classNameOf(value: object): string | undefined {
  try {
    if (typeof value === 'function') return value.name === '' ? undefined : value.name;
    if (isPlainObject(value)) return undefined;
    // The attribute `constructor` of the value itself can be data of a client.
    const { constructor } = Object.getPrototypeOf(value) as object;
    const { name }: { readonly name: unknown } = constructor;
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}

function isToken(value: object): boolean {
  try {
    return value instanceof TypeToken;
  } catch {
    // A proxy that throws.
    return false;
  }
}
