import type { CompiledFunction, GrowingCases } from '../../compiler/compiled-function.js';
import { caseOf, literalCase } from '../../compiler/cases.js';
import type { Runtime } from '../../runtime/runtime.js';

type Run = CompiledFunction['run'];

/** Dispatches for `runAll`: the function to call at each success is passed on as the last argument. */
export function dispatchAll(cases: GrowingCases, runtime: Runtime): CompiledFunction['runAll'] {
  const { parameter, miss } = cases;
  switch (cases.passed) {
    case 2:
      return (a, b, then) => {
        const value = parameter === 0 ? a : b;
        const literal = literalCase(cases, value);
        if (literal !== undefined) return literal.runAll(parameter === 0 ? b : a, then);
        return (caseOf(cases, value, runtime) ?? miss).runAll(a, b, then);
      };
    case 3:
      return (a, b, c, then) => {
        const value = parameter === 0 ? a : parameter === 1 ? b : c;
        const literal = literalCase(cases, value);
        if (literal !== undefined)
          return literal.runAll(parameter === 0 ? b : a, parameter === 2 ? b : c, then);
        return (caseOf(cases, value, runtime) ?? miss).runAll(a, b, c, then);
      };
    default:
      return (...args) => {
        const value = args[parameter];
        const literal = literalCase(cases, value);
        if (literal === undefined) return (caseOf(cases, value, runtime) ?? miss).runAll(...args);
        args.splice(parameter, 1);
        return literal.runAll(...args);
      };
  }
}

/** Returns a function that dispatches on one of its arguments. */
export function dispatch(cases: GrowingCases, runtime: Runtime): Run {
  switch (cases.passed) {
    case 1:
      return (a) => {
        const literal = literalCase(cases, a);
        if (literal !== undefined) return literal.run();
        return (caseOf(cases, a, runtime) ?? cases.miss).run(a);
      };
    case 2:
      return (a, b) => {
        const value = cases.parameter === 0 ? a : b;
        const literal = literalCase(cases, value);
        if (literal !== undefined) return literal.run(cases.parameter === 0 ? b : a);
        return (caseOf(cases, value, runtime) ?? cases.miss).run(a, b);
      };
    case 3:
      return (a, b, c) => {
        // A target that only dispatches is not called: its dispatch is the next iteration.
        for (let at = cases; ;) {
          const { parameter } = at;
          const value = parameter === 0 ? a : parameter === 1 ? b : c;
          const literal = literalCase(at, value);
          if (literal !== undefined) return literal.run(parameter === 0 ? b : a, parameter === 2 ? b : c);
          const target = caseOf(at, value, runtime);
          if (target === undefined) return at.miss.run(a, b, c);
          if (target.cases === undefined) return target.run(a, b, c);
          at = target.cases;
        }
      };
    default:
      return (...args) => {
        const value = args[cases.parameter];
        const literal = literalCase(cases, value);
        if (literal === undefined) return (caseOf(cases, value, runtime) ?? cases.miss).run(...args);
        args.splice(cases.parameter, 1);
        return literal.run(...args);
      };
  }
}
