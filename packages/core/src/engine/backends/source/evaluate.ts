import type { Evaluate } from './source-emitter.js';

/** Makes functions of texts, where the platform lets code do that; `undefined` where it does not (CSP, edge runtimes). */
export function findEvaluate(): Evaluate | undefined {
  const evaluate: Evaluate = (names, text) =>
    // oxlint-disable-next-line typescript/no-implied-eval -- texts are made of plans: see emit-source.ts
    new Function(...names, text) as (...values: unknown[]) => unknown;
  try {
    return evaluate([], 'return true')() === true ? evaluate : undefined;
  } catch {
    return undefined;
  }
}
