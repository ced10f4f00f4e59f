import { isObject } from './closure-values.js';
import type { GrowingCases as Cases, CompiledFunction } from '../../compiler/compiled-function.js';

type Run = CompiledFunction['run'];
const { getPrototypeOf } = Object;

/** As `dispatch`, for `runAll`: what is called at each success is passed on as the last argument. */
export function dispatchAll(cases: Cases): CompiledFunction['runAll'] {
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

/** Runs a function that looks at one of its arguments, and goes on with the function for what it is. */
export function dispatch(cases: Cases): Run {
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
        // What the next function looks at is looked at here, as long as that is all that it does.
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

function caseOf({ prototypes, literals }: Cases, value: unknown): CompiledFunction | undefined {
  if (!isObject(value)) return literals.get(value);
  // An instance of a class without `then` may have one of its own.
  return (value as { then?: unknown }).then === undefined && !Array.isArray(value)
    ? prototypes.get(getPrototypeOf(value) as object)
    : undefined;
}
