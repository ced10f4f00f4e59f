import { readFile as read } from 'node:fs/promises';
import { deepEqual } from '@nanook/core/compat';
import type { Class } from './types.js';

export { isObj, isString, repr } from './any-value.js';

/** Returns a class and its ancestors, most specific first; an empty list for another value. */
export function ancestors(cls: unknown): unknown[] {
  const found: unknown[] = [];
  for (let next = cls; next !== Function.prototype && isConstructor(next); next = Object.getPrototypeOf(next))
    found.push(next);
  return found;
}

export const readFile = (file: string): Promise<string> => read(file, { encoding: 'utf8' });

const hasColors = process.stdout?.getColorDepth?.() >= 4 && process.stderr?.getColorDepth?.() >= 4;
const colored = (code: number, text: string): string =>
  hasColors ? `\u001b[${code}m${text}\u001b[0m` : text;

export const PROMPT = colored(34, 'query> ');

/** Prints the name of an error, and on the next line its message. */
export function printError(e: Error): void {
  /* oxlint-disable no-console -- the REPL prints errors */
  console.error(colored(31, e.name));
  console.error(e.message);
  /* oxlint-enable no-console */
}

/** Returns whether `new` accepts a value. */
export function isConstructor(f: unknown): f is Class {
  try {
    Reflect.construct(String, [], f as Class);
    return true;
  } catch {
    return false;
  }
}

/** Compares two values in depth: objects of one class with equal fields are equal. */
export function defaultEqualityFn(a: unknown, b: unknown): boolean {
  return deepEqual(a, b);
}

export { parseQueryEvent } from './query-event.js';
