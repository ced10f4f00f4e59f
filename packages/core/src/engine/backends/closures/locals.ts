import type { CompiledFunction } from '../../compiler/compiled-function.js';
import type { Runtime } from '../../runtime/runtime.js';
import { failed, succeeded, type Get, type Locals, type Step } from './steps.js';

/** Returns a function that stores its arguments as locals and runs a step. Small arrays are written out, so that V8 allocates them at once. */
export function withLocals(
  passed: number,
  size: number,
  body: Step,
  runtime: Runtime,
): CompiledFunction['run'] {
  if (passed > 3) {
    return (...args) => {
      if (--runtime.steps < 0) runtime.over();
      while (args.length < size) args.push(undefined);
      return body(args) === succeeded;
    };
  }
  const u = undefined;
  if (size <= 4) {
    return (a, b, c) => {
      if (--runtime.steps < 0) runtime.over();
      return body([a, b, c, u]) === succeeded;
    };
  }
  if (size <= 8) {
    return (a, b, c) => {
      if (--runtime.steps < 0) runtime.over();
      return body([a, b, c, u, u, u, u, u]) === succeeded;
    };
  }
  const localsWith = newLocals(size);
  return (a, b, c) => {
    if (--runtime.steps < 0) runtime.over();
    return body(localsWith(a, b, c)) === succeeded;
  };
}

/** Returns a function that makes the locals of a call with up to three arguments. */
export function newLocals(size: number): (a: unknown, b: unknown, c: unknown) => Locals {
  const u = undefined;
  if (size <= 8) return (a, b, c) => [a, b, c, u, u, u, u, u];
  return (a, b, c) => {
    const locals: Locals = [a, b, c, u, u, u, u, u, u, u];
    while (locals.length < size) locals.push(undefined);
    return locals;
  };
}

/**
 * Runs a function again while it ends with a restart. A question whose arguments repeat fails in its own proof: they are compared with those
 * after 8, 16, 32 and so on rounds (Brent's algorithm).
 *
 * @param params the locals that hold the arguments, and how to read them with the fields from which they were read; undefined where
 *   repetitions are not noticed
 */
export function restarting(
  body: Step,
  runtime: Runtime,
  params: readonly (readonly [local: number, get: Get])[] = [],
): Step {
  return (locals) => {
    let ending = body(locals);
    let left = 8;
    let laps = 8;
    let kept: readonly unknown[] | undefined = undefined;
    while (ending === 'again') {
      if (kept?.every((value, i) => runtime.isSame(params[i]![1](locals), value)) === true) return failed;
      if (--left < 0 && params.length > 0) {
        left = laps *= 2;
        kept = params.map(([, get]) => get(locals));
      }
      if (--runtime.steps < 0) runtime.over();
      ending = body(locals);
    }
    return ending;
  };
}
