import { createRequire } from 'node:module';
import * as nanook from '../index.js';

const require = createRequire(import.meta.url);

/** The library whose API this package has. */
export const original = require('oso') as typeof nanook;
export { nanook };

export type Library = typeof nanook;

/** The result of a scenario: its value, or the error that it threw, and the texts that were printed. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: { readonly class: string; readonly name: string; readonly message: string };
  readonly printed: readonly string[];
}

/** The part of an application that is the same with both libraries. */
export type Scenario = (library: Library) => unknown;

/** Runs a scenario with one library. */
export async function outcomeOf(library: Library, scenario: Scenario): Promise<Outcome> {
  const printed: string[] = [];
  const methods = ['log', 'warn', 'error'] as const;
  /* oxlint-disable no-console -- the scenario prints to it */
  const saved = methods.map((method) => console[method]);
  for (const method of methods)
    console[method] = (...args: unknown[]) => void printed.push(`${method}: ${args.map(String).join(' ')}`);
  try {
    return { value: plain(await scenario(library)), printed };
  } catch (thrown) {
    const { constructor, name, message } = thrown as Error;
    return { error: { class: constructor.name, name, message: withoutNumbers(message) }, printed };
  } finally {
    methods.forEach((method, i) => (console[method] = saved[i]!));
  }
  /* oxlint-enable no-console */
}

/** Removes the numbers that oso gives to variables, which depend on the rest of the policy. */
export const withoutNumbers = (text: string): string =>
  text
    .replace(/\b_+(temp|op|value)_\d+(_\d+)?/g, '_$1')
    .replace(/\b_([A-Za-z]\w*?)_\d+\b/g, '$1')
    .replace(/\b_+\d+(_\d+)?\b/g, '_');

/** Returns a value in a form that is equal for both libraries, whose classes differ. */
export function plain(value: unknown): unknown {
  if (typeof value === 'string') return withoutNumbers(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return { map: [...value].map(plain).sort(byText) };
  if (value instanceof Set) return { set: [...value].map(plain) };
  if (value instanceof Date || value instanceof Promise) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return { class: (value as { constructor?: { name: string } }).constructor?.name, fields };
}

const byText = (one: unknown, other: unknown): number => {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a < b ? -1 : a > b ? 1 : 0;
};
