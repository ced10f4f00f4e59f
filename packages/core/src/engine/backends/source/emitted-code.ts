import type { CompiledFunction } from '../../compiler/compiled-function.js';
import { isObject } from '../../../internal/is-object.js';
import type { Renaming } from '../../compiler/shared-plan.js';
import { takesContinuation, waitsIn, type Way } from '../../runtime/way.js';

/** The text that makes a function, and the values that the text refers to. */
export interface EmittedCode {
  readonly text: string;
  /** The values, or the `OwnConstant` that makes them. */
  readonly constants: readonly unknown[];
  /** The functions whose `runAll` or `waitAll` it calls. */
  readonly explored: ReadonlySet<CompiledFunction>;
}

/** A constant of which each function has its own, such as a place that reads attributes and learns about the objects of the function. */
export class OwnConstant {
  readonly #make: (renaming: Renaming) => unknown;

  constructor(make: (renaming: Renaming) => unknown) {
    this.#make = make;
  }

  /** Returns the value of a constant for one function. It reads no property, because a constant can be an object of the application. */
  static valueOf(constant: unknown, renaming: Renaming): unknown {
    return isObject(constant) && #make in constant ? constant.#make(renaming) : renaming.of(constant);
  }
}

/** The parameters of each text: the runtime, the missing value, and the constants. */
export const preamble = ['R', 'U', 'k'] as const;

/** The constants of a text, by their position in a list. */
export class Constants {
  readonly #names = new Map<unknown, string>();

  get values(): readonly unknown[] {
    return [...this.#names.keys()];
  }

  name(value: unknown): string {
    let name = this.#names.get(value);
    if (name === undefined) this.#names.set(value, (name = `k${this.#names.size}`));
    return name;
  }
}

/**
 * Declares the constants before the function that uses them.
 *
 * @param declarations other declarations before the function
 */
export const withConstants = (
  { values }: Constants,
  text: string,
  declarations: readonly string[] = [],
  explored: ReadonlySet<CompiledFunction> = new Set(),
): EmittedCode => ({
  constants: values,
  explored,
  text:
    `"use strict"; ${values.length === 0 ? '' : `const [${values.map((_, i) => `k${i}`).join()}] = k;`}` +
    `${declarations.map((line) => `\n${line}`).join('')}\nreturn ${text};`,
});

/** Returns the arguments of a function: the runtime first if it awaits promises, and last the function to call at each success. */
export const passedIn = (way: Way, args: readonly string[]): string =>
  [...(waitsIn(way) ? ['R'] : []), ...args, ...(takesContinuation(way) ? ['then'] : [])].join(', ');

/** Prints a literal. JSON has no infinity. */
export const literalText = (literal: unknown): string =>
  typeof literal === 'number' ? `(${literal})` : JSON.stringify(literal);

/** Prints the access of a member. */
export const memberAccess = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

/** Prints the test for an object, functions excluded. */
export const objectTest = (v: string): string => `typeof ${v} === "object" && ${v} !== null`;

/** Prints the test for an object or a function. */
export const referenceTest = (v: string): string => `typeof ${v} === "object" || typeof ${v} === "function"`;
