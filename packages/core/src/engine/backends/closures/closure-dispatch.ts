import { isObject } from '../../../internal/is-object.js';
import type { CompiledFunction, GrowingCases } from '../../compiler/compiled-function.js';

type Run = CompiledFunction['run'];
const { getPrototypeOf } = Object;

/** Dispatches for `runAll`: the function to call at each success is passed on as the last argument. */
export function dispatchAll(cases: GrowingCases): CompiledFunction['runAll'] {
  const { parameter, miss } = cases;
  switch (cases.passed) {
    case 2:
      return (a, b, then) => {
        const value = parameter === 0 ? a : b;
        const target = caseOf(cases, value);
        if (target === undefined) return miss.runAll(a, b, then);
        if (isObject(value)) return target.runAll(a, b, then);
        return target.runAll(parameter === 0 ? b : a, then);
      };
    case 3:
      return (a, b, c, then) => {
        const value = parameter === 0 ? a : parameter === 1 ? b : c;
        const target = caseOf(cases, value);
        if (target === undefined) return miss.runAll(a, b, c, then);
        if (isObject(value)) return target.runAll(a, b, c, then);
        return target.runAll(parameter === 0 ? b : a, parameter === 2 ? b : c, then);
      };
    default:
      return (...args) => {
        const value = args[parameter];
        const target = caseOf(cases, value);
        if (target === undefined) return miss.runAll(...args);
        if (!isObject(value)) args.splice(parameter, 1);
        return target.runAll(...args);
      };
  }
}

/** Returns a function that dispatches on one of its arguments. */
export function dispatch(cases: GrowingCases): Run {
  switch (cases.passed) {
    case 1:
      return (a) => {
        const target = caseOf(cases, a);
        if (target === undefined) return cases.miss.run(a);
        return isObject(a) ? target.run(a) : target.run();
      };
    case 2:
      return (a, b) => {
        const value = cases.parameter === 0 ? a : b;
        const target = caseOf(cases, value);
        if (target === undefined) return cases.miss.run(a, b);
        if (isObject(value)) return target.run(a, b);
        return target.run(cases.parameter === 0 ? b : a);
      };
    case 3:
      return (a, b, c) => {
        // A target that only dispatches is not called: its dispatch is the next iteration.
        for (let at = cases; ;) {
          const { parameter } = at;
          const value = parameter === 0 ? a : parameter === 1 ? b : c;
          const target = caseOf(at, value);
          if (target === undefined) return at.miss.run(a, b, c);
          if (!isObject(value)) return target.run(parameter === 0 ? b : a, parameter === 2 ? b : c);
          if (target.cases === undefined) return target.run(a, b, c);
          at = target.cases;
        }
      };
    default:
      return (...args) => {
        const value = args[cases.parameter];
        const target = caseOf(cases, value);
        if (target === undefined) return cases.miss.run(...args);
        if (!isObject(value)) args.splice(cases.parameter, 1);
        return target.run(...args);
      };
  }
}

function caseOf({ prototypes, literals }: GrowingCases, value: unknown): CompiledFunction | undefined {
  if (!isObject(value)) return literals.get(value);
  // An instance can have `then` even if its class does not.
  return (value as { then?: unknown }).then === undefined && !Array.isArray(value)
    ? prototypes.get(getPrototypeOf(value) as object)
    : undefined;
}
