import { availableParallelism } from 'node:os';
import type { PolicyDialect } from '@nanook/core';
import { MutantEvaluator } from '../mutation/evaluate-mutants.js';
import { generateMutants } from '../mutation/generate-mutants.js';
import type { MutantResult } from '../mutation/mutant-result.js';
import {
  mutantText,
  mutationData,
  mutationSummary,
  notKilled,
  undetected,
} from '../mutation/mutation-report.js';
import { ResultCache } from '../mutation/result-cache.js';
import { runMutants } from '../mutation/run-mutants.js';
import { countsOf, scoreOf } from '../mutation/score.js';
import { strykerReport } from '../mutation/stryker-report.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import { percentText } from '../policy-coverage/measures.js';
import type { Project } from '../project/project.js';
import type { Thresholds } from './thresholds.js';

export interface MutateFlags {
  readonly config?: string;
  readonly dialect?: PolicyDialect;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly threshold?: Thresholds;
  readonly report?: string;
  readonly incremental?: string | true;
  readonly concurrency?: number;
  /** In seconds. */
  readonly timeLimit?: number;
}

export const defaultCache = '.nanook/mutation.json';

/** Tests the mutants of the policies, and prints those that no test notices. */
export async function testMutants(
  project: Project,
  paths: readonly string[],
  flags: MutateFlags,
  io: Io,
): Promise<ExitCode> {
  const evaluator = await MutantEvaluator.create(project);
  const { tests, failing, fixtures } = evaluator;
  if (tests.length === 0) {
    io.err('no test was found; write test "name" { assert allow(…); } in a policy');
    return ExitCode.findings;
  }
  if (failing.length > 0) {
    io.err(
      `expected tests that pass without a change of the policies, found ${count(failing.length, 'failing test')}; run nanook test: ${failing.map(({ name }) => name.value).join(', ')}`,
    );
    return ExitCode.findings;
  }
  const mutants = generateMutants(project.policies, project.types);
  const { incremental } = flags;
  const file = incremental === true ? defaultCache : incremental;
  const cache = file === undefined ? undefined : await ResultCache.read(file, project, fixtures, tests);
  const results = new Map<string, MutantResult>();
  const passed = new Map<string, ReadonlySet<number>>();
  for (const mutant of mutants) {
    const known = cache?.find(mutant.id);
    if (known?.result !== undefined) results.set(mutant.id, { mutant, ...known.result });
    else if (known !== undefined) passed.set(mutant.id, known.passed);
  }
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  for (const name of stopSignals) process.once(name, stop);
  const { timeLimit } = flags;
  const inTime = timeLimit === undefined ? [] : [AbortSignal.timeout(timeLimit * 1000)];
  try {
    await runMutants(
      mutants.filter(({ id }) => !results.has(id)),
      evaluator,
      {
        concurrency: flags.concurrency ?? availableParallelism(),
        signal: AbortSignal.any([interrupt.signal, ...inTime]),
        passed: ({ id }) => passed.get(id) ?? new Set(),
        input: { config: flags.config, paths, dialect: flags.dialect },
        onResult: (result) => {
          results.set(result.mutant.id, result);
          io.progress(progressBar(results, mutants.length));
        },
      },
    );
  } finally {
    for (const name of stopSignals) process.removeListener(name, stop);
    io.progress('');
  }
  const found = mutants.flatMap(({ id }) => results.get(id) ?? []);
  await cache?.write(found);
  if (flags.report !== undefined)
    await writeOutput(
      flags.report,
      `${JSON.stringify(strykerReport(found, project.policies, tests), undefined, 2)}\n`,
    );
  const context = { policies: project.policies, tests: tests.map(({ name }) => name.value) };
  if (flags.json === true) io.out(JSON.stringify(mutationData(found, context), undefined, 2));
  else {
    for (const result of flags.all === true ? notKilled(found) : undetected(found))
      io.out(mutantText(result, context, io.colors));
    io.out(mutationSummary(found, io.colors));
  }
  if (interrupt.signal.aborted) {
    io.err(`interrupted: ${found.length} of ${count(mutants.length, 'mutant')} tested`);
    return ExitCode.interrupted;
  }
  if (found.length < mutants.length)
    io.err(
      `the time limit of ${count(timeLimit!, 'second')} ended the run: ${found.length} of ${count(mutants.length, 'mutant')} tested`,
    );
  return exitCode(found, flags.threshold, io);
}

/** The signals that end a run with the results so far: Ctrl+C, and the end of a job in CI. */
const stopSignals = ['SIGINT', 'SIGTERM'] as const;

/** Without a threshold, each mutant that no test notices is a finding. */
function exitCode(results: readonly MutantResult[], thresholds: Thresholds | undefined, io: Io): ExitCode {
  const threshold = thresholds?.get('mutation');
  if (threshold === undefined) return undetected(results).length > 0 ? ExitCode.findings : ExitCode.fine;
  const score = scoreOf(countsOf(results));
  if (score >= threshold) return ExitCode.fine;
  io.err(`expected a mutation score of at least ${threshold} %, found ${percentText(score)}`);
  return ExitCode.findings;
}

function progressBar(results: ReadonlyMap<string, MutantResult>, total: number): string {
  const done = results.size;
  const filled = Math.round((20 * done) / total);
  const survivors = undetected([...results.values()]).length;
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${done} of ${total} mutants, ${survivors} not noticed`;
}
