import {
  coveredFiles,
  measuresOf,
  runTests,
  type CoveredFile,
  type Measures,
  type TestResult,
} from '@nanook/cli/tools';
import { mergeCoverage } from '@nanook/core/testing';
import type { LoadedProject } from './load-project.js';

/** The results of the tests of a project, and the parts of the policies that they reach. */
export interface TestRun {
  readonly results: readonly TestResult[];
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly CoveredFile[];
  readonly measures: Measures;
}

/** Runs the tests of the policies as `nanook test --coverage` does. */
export async function runPolicyTests({ project }: LoadedProject, signal?: AbortSignal): Promise<TestRun> {
  const results: TestResult[] = [];
  for await (const result of runTests(project, { measuresCoverage: true, form: 'short' })) {
    results.push(result);
    signal?.throwIfAborted();
  }
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const files = coveredFiles(project, mergeCoverage(results.flatMap(({ coverage }) => coverage ?? [])));
  return { results, passed: results.length - failed, failed, files, measures: measuresOf(files) };
}

/** The coverage of a line: whether the tests reach all its parts, some of them, or none. */
export type LineCoverage = 'covered' | 'partial' | 'missing';

/** Returns the coverage of the lines of a file with a rule or a condition. A line is as covered as its least covered part. */
export function lineCoverage({ rules, roles }: CoveredFile): ReadonlyMap<number, LineCoverage> {
  const lines = new Map<number, LineCoverage>();
  const order: readonly LineCoverage[] = ['covered', 'partial', 'missing'];
  const add = (line: number, coverage: LineCoverage): void => {
    const known = lines.get(line) ?? 'covered';
    lines.set(line, order[Math.max(order.indexOf(known), order.indexOf(coverage))]!);
  };
  for (const rule of rules) {
    add(rule.line, rule.held > 0 ? 'covered' : rule.failed > 0 ? 'partial' : 'missing');
    for (const { line, held, failed } of rule.conditions)
      add(line, held > 0 && failed > 0 ? 'covered' : held + failed > 0 ? 'partial' : 'missing');
    for (const { line, held } of rule.alternatives) add(line, held > 0 ? 'covered' : 'missing');
  }
  for (const { line, held } of roles) if (held === 0) add(line, 'partial');
  return lines;
}
