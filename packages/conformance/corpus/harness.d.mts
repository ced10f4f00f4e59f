// Types of the parts of the harness that tests use.
export interface Case {
  readonly id: string;
  readonly topic: string;
  readonly quirk?: string;
  readonly ordered?: boolean;
  readonly slow?: boolean;
  readonly expect: object;
  readonly alt?: readonly object[];
}
export interface Engine {
  readonly create: (options: object) => unknown;
}
export function resolveEngine(module: object, overrides?: object): Engine;
/** Executes a case: what came of it, in the form of `expect`. */
export function execute(engine: Engine, testCase: Case): Promise<object>;
/** Why an outcome is not the expected one; null when it is. */
export function compare(
  expected: object,
  actual: object,
  options?: { ordered?: boolean; strict?: boolean },
): string | null;
