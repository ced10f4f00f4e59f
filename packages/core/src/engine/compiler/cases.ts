import type { CompiledFunction, GrowingCases } from './compiled-function.js';
import type { Linker } from './linker.js';
import { isObject } from '../../internal/is-object.js';
import { isUnmarked } from '../runtime/exact-class.js';
import type { Runtime } from '../runtime/runtime.js';
import { caseByTypes } from '../runtime/type-cases.js';

/** Returns the argument that a function dispatches on. Arguments whose types distinguish rules come first, and literals last. */
export function dispatchPosition({ predicate, known }: CompiledFunction, linker: Linker): number {
  const open = known.flatMap((_, i) => (linker.dispatchesOn(predicate, known, i) ? [i] : []));
  const index = linker.indexOf(predicate, known.length);
  return open.findLast((i) => index.hasSpecializerAt(i)) ?? open[0]!;
}

const { getPrototypeOf } = Object;

/** Returns the function for a literal, which is not passed to it. */
export const literalCase = ({ literals }: GrowingCases, value: unknown): CompiledFunction | undefined =>
  isObject(value) ? undefined : literals.get(value);

/** Returns the function for any other value. */
export function caseOf(cases: GrowingCases, value: unknown, runtime: Runtime): CompiledFunction | undefined {
  if (isObject(value) && (value as { then?: unknown }).then === undefined && !Array.isArray(value)) {
    // An instance can have `then` even if its class does not.
    const target = cases.prototypes.get(getPrototypeOf(value) as object);
    if (target !== undefined && isUnmarked(value, runtime.context.typeSets)) return target;
  }
  return caseByTypes(cases, value, runtime);
}
