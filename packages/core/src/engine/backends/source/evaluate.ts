/** Makes a function of its text. The names are its parameters. */
export type Evaluate = (names: readonly string[], text: string) => (...values: unknown[]) => unknown;

/** Returns undefined on platforms that forbid code from strings, such as edge runtimes and pages with a content security policy. */
export function findEvaluate(): Evaluate | undefined {
  const evaluate: Evaluate = (names, text) =>
    // oxlint-disable-next-line typescript/no-implied-eval -- function-emitter.ts prints the texts from plans
    new Function(...names, `"use strict";\n${text}`) as (...values: unknown[]) => unknown;
  try {
    return evaluate([], 'return true')() === true ? evaluate : undefined;
  } catch {
    return undefined;
  }
}
