import { looksThenable } from './promise.js';
/** The longest string that a description contains as a whole, so that no token appears in a log. */
const maxText = 20;

/**
 * Describes a value for an error message: `null`, `the string 'alice'`, `a promise`, `the class \`Note\``. It runs no code of the
 * application and shows no contents of objects.
 *
 * @internal for the adapters
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string '${value.length > maxText ? `${value.slice(0, maxText)}…` : value}'`;
    case 'number':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'undefined';
    case 'bigint':
      return `the bigint ${value}n`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      return describeFunction(value);
    default:
      return value === null ? 'null' : describeObject(value as object);
  }
}

function describeFunction(value: Function): string {
  try {
    return isClass(value) ? `the class \`${nameOf(value)}\`` : 'a function';
  } catch {
    // A proxy that throws, or was revoked.
    return 'a function';
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return 'a list';
    if (looksThenable(value)) return 'a promise';
    if (value instanceof Date && Number.isNaN(Date.prototype.getTime.call(value))) return 'an invalid Date';
    const name = classNameOf(value);
    if (name !== undefined && name !== 'Object') return `an instance of \`${name}\``;
    return Object.getPrototypeOf(value) === null ? 'a plain object without a prototype' : 'a plain object';
  } catch {
    // A proxy that throws, or was revoked.
    return 'an object';
  }
}

/** Returns the name of the class of an object, without running a getter; undefined for an object without a class. */
export function classNameOf(value: object): string | undefined {
  for (
    let p = Object.getPrototypeOf(value) as object | null;
    p !== null;
    p = Object.getPrototypeOf(p) as object | null
  ) {
    const property = Object.getOwnPropertyDescriptor(p, 'constructor');
    const name: unknown = typeof property?.value === 'function' ? nameOf(property.value as Function) : '';
    if (typeof name === 'string' && name !== '') return name;
  }
  return undefined;
}

/** Returns whether a function is a class, or an ES5 class with methods on its prototype. */
export function isClass(value: Function): boolean {
  const property = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (property === undefined || typeof property.value !== 'object' || property.value === null) return false;
  return property.writable === false || Object.getOwnPropertyNames(property.value).length > 1;
}

function nameOf(value: Function): string {
  const property = Object.getOwnPropertyDescriptor(value, 'name');
  return typeof property?.value === 'string' ? property.value : '';
}
