import { resolve } from 'node:path';
import type { CommandResult } from '../project/run-command.js';

/** The result of a test, as `nanook test --json` prints it, with an absolute path. */
export interface PolicyTestResult {
  readonly file: string;
  readonly name: string;
  readonly durationMs: number;
  /** The assertions that do not hold; empty when the test passes. */
  readonly failures: readonly {
    readonly assertion: string;
    /** 1-based. */
    readonly line: number;
    readonly reason: string;
  }[];
}

/** Returns the arguments of `nanook` that run all tests of a project, or those whose name contains a text. */
export const testArguments = (name?: string, measuresCoverage = false): string[] => [
  'test',
  '--json',
  ...(measuresCoverage ? ['--coverage'] : []),
  ...(name === undefined ? [] : ['--name', name]),
];

/**
 * Reads the results of the tests of a project.
 *
 * @param folder the folder of the project
 * @throws {Error} when the tests did not run, with the reason that the command has given
 */
export function readTestResults(result: CommandResult, folder: string): PolicyTestResult[] {
  return readTestOutput(result).tests.map((test) => ({ ...test, file: resolve(folder, test.file) }));
}

/** The output of tests that ran. */
export interface TestOutput {
  readonly tests: readonly PolicyTestResult[];
  /** The coverage, if it was measured. */
  readonly coverage?: unknown;
}

/** @throws {Error} when the tests did not run, with the reason that the command has given */
export function readTestOutput({ code, out, err }: CommandResult): TestOutput {
  const { tests, error, coverage } = parsed(out);
  if (tests === undefined)
    throw new Error(
      error?.message ??
        (err.trim() || `Expected results of nanook test, found none. It ended with ${code ?? 'a signal'}.`),
    );
  return { tests, coverage };
}

/** The output of the command: results, or the reason why there are none. */
interface Output extends Partial<TestOutput> {
  readonly error?: { readonly message: string };
}

function parsed(out: string): Output {
  try {
    return JSON.parse(out) as Output;
  } catch {
    // A process that ended early has written no JSON, but a text for people.
    return {};
  }
}
