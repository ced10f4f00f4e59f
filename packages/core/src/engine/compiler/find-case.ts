import { isObject } from '../../internal/is-object.js';
import { isUnmarked } from '../runtime/exact-class.js';
import type { Runtime } from '../runtime/runtime.js';
import { caseByTypes } from '../runtime/type-cases.js';
import type { CompiledFunction, GrowingCases } from './compiled-function.js';

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
