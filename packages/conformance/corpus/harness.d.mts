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
/** Executes a case, and returns the outcome in the form of `expect`. */
export function execute(engine: Engine, testCase: Case): Promise<object>;
/** Explains the difference of an outcome from the expected one; null if there is none. */
export function compare(
  expected: object,
  actual: object,
  options?: { ordered?: boolean; strict?: boolean },
): string | null;
