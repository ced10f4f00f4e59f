import { TypeToken } from '@nanook/core';
import { rowSourceOf } from '@nanook/http';
import { NanookNestError } from '../errors/nanook-nest-error.js';

/** Creates the error for a decorator that is used incorrectly. @param decorator its name in the source: `@Authorize` */
export const wrongUse = (decorator: string, reason: string): NanookNestError =>
  new NanookNestError('NANOOK_NEST_INVALID_DECORATOR', { decorator, reason });

/**
 * Throws if a decorator is written without parentheses: then its factory gets the arguments of a decorator, which are a target, a name, and
 * a descriptor or a position.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR`
 */
export function checkParentheses(decorator: string, args: readonly unknown[], example: string): void {
  const [target, key, third] = args;
  const isTarget = (typeof target === 'object' && target !== null) || typeof target === 'function';
  const isName =
    typeof key === 'string' || typeof key === 'symbol' || (key === undefined && typeof third === 'number');
  const isPlace =
    typeof third === 'number' || isDescriptor(third) || (third === undefined && args.length === 3);
  if (args.length === 3 && isTarget && isName && isPlace)
    throw wrongUse(decorator, `is written without parentheses; write ${example}`);
}

/**
 * Throws if the first argument of a decorator is a class, although it must not be: then the decorator is written on a class without
 * parentheses.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR`
 */
export function checkNoClass(decorator: string, first: unknown, example: string): void {
  if (typeof first === 'function')
    throw wrongUse(
      decorator,
      `got ${describe(first)}, or is written on it without parentheses; write ${example}`,
    );
}

const isDescriptor = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('value' in value || 'get' in value || 'set' in value);

/** Describes an argument for a message. It names types, because an argument is often the wrong class. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined (is the import circular?)';
    case 'string':
      return `'${value}'`;
    case 'function':
      return value.name === '' ? 'a function' : value.name;
    case 'object':
      if (value instanceof TypeToken) return `the type ${value.name}`;
      if (value === null) return 'null';
      return Array.isArray(value) ? 'a list' : 'an object';
    default:
      return `the ${typeof value} ${String(value)}`;
  }
}

const optionNames = ['id', 'parse'];

/** Checks the arguments of `@Authorize`. @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR` */
export function checkAuthorizeArguments(args: readonly unknown[]): void {
  const wrong = (reason: string): NanookNestError => wrongUse('@Authorize', reason);
  const example = `@Authorize('read', Note)`;
  if (args.length === 0)
    throw wrong(`needs a resource, got no arguments; write ${example}, or @Authorize(Note)`);
  checkParentheses('@Authorize', args, example);
  const [first] = args;
  const hasAction = typeof first === 'string';
  if (hasAction && args.length === 1)
    throw wrong(
      `needs an action and a resource, got only '${first}'; write @Authorize('read', ${first === '' ? 'Note' : `'${first}'`})`,
    );
  if (hasAction && first === '') throw wrong(`needs an action, got an empty string; write ${example}`);
  if (!hasAction && (typeof args[1] === 'string' || Array.isArray(first)))
    throw wrong(
      Array.isArray(first)
        ? `needs one action, got a list; write one decorator for each action: ${example}`
        : `needs the action before the resource, got ${describe(first)} before '${String(args[1])}'; write ${example}`,
    );
  const source = hasAction ? args[1] : first;
  const isSource =
    typeof source === 'function' ||
    source instanceof TypeToken ||
    (hasAction && typeof source === 'string' && source !== '');
  if (!isSource)
    throw wrong(
      `needs a resource: a class, the name or the token of a type, or a function that loads it; got ${describe(source)}`,
    );
  const options = hasAction ? args[2] : args[1];
  checkResourceOptions(options, wrong);
  if (rowSourceOf(source) !== undefined && (options as { readonly id?: unknown } | undefined)?.id === false)
    throw wrong(
      'needs the id of the row of `rowOf`, got `id: false`; for an action on a type, write the type',
    );
}

function checkResourceOptions(options: unknown, wrong: (reason: string) => NanookNestError): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrong(`needs options { id?, parse? }, got ${describe(options)}`);
  const { id, parse, ...unknown } = options as { readonly id?: unknown; readonly parse?: unknown };
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrong(`has no option \`${name}\`; it has ${optionNames.join(' and ')}`);
  const isPath = typeof id === 'string' && id !== '';
  if (id !== undefined && id !== false && !isPath && typeof id !== 'function')
    throw wrong(
      `needs for \`id\` a path such as 'params.id', a function, or false for the type itself; got ${describe(id)}`,
    );
  if (parse !== undefined && typeof parse !== 'function')
    throw wrong(`needs for \`parse\` a function that converts the text of the id, got ${describe(parse)}`);
}
