import { TypeToken } from '@nanook/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';

/** Makes the fault for a decorator that the application uses wrongly. @param decorator as it is written: `@Authorize` */
export const wrongUse = (decorator: string, reason: string): NanookNestError =>
  new NanookNestError('NANOOK_NEST_INVALID_DECORATOR', { decorator, reason });

/**
 * Throws when the arguments of a decorator factory are those that TypeScript hands to a decorator: a target, a name, and a
 * descriptor or a position. The parentheses are missing then.
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

/** Throws when a decorator that takes no class as its first argument was given one: it stands on a class without parentheses. */
export function checkNoClass(decorator: string, first: unknown, example: string): void {
  if (typeof first === 'function')
    throw wrongUse(
      decorator,
      `was given ${describe(first)}, or stands on it without parentheses; write ${example}`,
    );
}

const isDescriptor = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('value' in value || 'get' in value || 'set' in value);

/** Names a value in a message, with its type. */
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
  if (args.length === 0) throw wrong(`was given no resource; write ${example}, or @Authorize(Note)`);
  checkParentheses('@Authorize', args, example);
  const [first] = args;
  const hasAction = typeof first === 'string';
  if (hasAction && args.length === 1)
    throw wrong(
      `was given '${first}' alone; write the action and the resource: @Authorize('read', ${first === '' ? 'Note' : `'${first}'`})`,
    );
  if (hasAction && first === '') throw wrong(`was given an empty action; write ${example}`);
  if (!hasAction && (typeof args[1] === 'string' || Array.isArray(first)))
    throw wrong(
      Array.isArray(first)
        ? `was given a list; one decorator has one action: write ${example} once for each`
        : `was given '${String(args[1])}' after ${describe(first)}; the action comes first: ${example}`,
    );
  const source = hasAction ? args[1] : first;
  const isSource =
    typeof source === 'function' ||
    source instanceof TypeToken ||
    (hasAction && typeof source === 'string' && source !== '');
  if (!isSource)
    throw wrong(
      `was given ${describe(source)} for the resource; give a class, the name or the token of a type, or a function that loads it`,
    );
  checkResourceOptions(hasAction ? args[2] : args[1], wrong);
}

function checkResourceOptions(options: unknown, wrong: (reason: string) => NanookNestError): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrong(`was given ${describe(options)} for its options; they are { id?, parse? }`);
  const { id, parse, ...unknown } = options as { readonly id?: unknown; readonly parse?: unknown };
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw wrong(`has no option \`${name}\`; it has ${optionNames.join(' and ')}`);
  const isPath = typeof id === 'string' && id !== '';
  if (id !== undefined && id !== false && !isPath && typeof id !== 'function')
    throw wrong(
      `was given ${describe(id)} for \`id\`; it is a path such as 'params.id', a function, or false for the type itself`,
    );
  if (parse !== undefined && typeof parse !== 'function')
    throw wrong(`was given ${describe(parse)} for \`parse\`; it is a function of the text of the id`);
}
