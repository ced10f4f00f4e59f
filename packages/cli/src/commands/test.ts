import { mergeCoverage, type CoveredPlace } from '@nanook/core/testing';
import { Command, Option } from 'commander';
import { coveredFiles, type CoveredFile, type PlacedPart } from '../policy-coverage/covered-policy.js';
import { coveragePage } from '../policy-coverage/html-report.js';
import { toCobertura, toLcov } from '../policy-coverage/line-reports.js';
import { measureNames, measuresOf, percentText } from '../policy-coverage/measures.js';
import { readCoverage } from '../policy-coverage/read-coverage.js';
import { coverageText, gapsOf } from '../policy-coverage/text-report.js';
import { UsageError } from '../errors/usage-error.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import { policyDigests } from '../project/policy-digests.js';
import type { Project } from '../project/project.js';
import { readProject } from '../project/read-project.js';
import { watchProject } from '../project/watch-project.js';
import { resultText, summaryText, toJunit } from '../test/reporters.js';
import { runTests, testsOf, type ExplanationForm } from '../test/run-tests.js';
import type { TestResult } from '../test/test-result.js';
import { configOption, dialectOption, positiveInteger } from './common-options.js';
import type { Outcome } from './outcome.js';
import { defaultCache, testMutants, type MutateFlags } from './test-mutate.js';
import { readThresholds, type Thresholds } from './thresholds.js';

interface TestFlags extends MutateFlags {
  readonly name?: string;
  readonly reporter: 'text' | 'json' | 'junit';
  readonly failures?: ExplanationForm;
  readonly coverage?: boolean;
  readonly merge?: readonly string[];
  readonly lcov?: string;
  readonly cobertura?: string;
  readonly html?: string;
  readonly mutate?: boolean;
  readonly watch?: boolean;
}

export function testCommand(io: Io, outcome: Outcome): Command {
  return new Command('test')
    .summary('run the tests in policies')
    .description(
      'Runs the tests in policies: test "name" { setup { … } assert …; assert_not …; }. Exits with 1 if one fails.',
    )
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(dialectOption())
    .option('--name <text>', 'run only the tests whose name contains the text')
    .addOption(
      new Option('--reporter <name>', 'form of the result')
        .choices(['text', 'json', 'junit'])
        .default('text'),
    )
    .addOption(new Option('--json', 'the same as --reporter json').conflicts('reporter'))
    .addOption(
      new Option(
        '--failures <form>',
        'explain a failure by one reason or by the whole tree of rules; default: short in CI, full elsewhere',
      ).choices(['short', 'full']),
    )
    .option('--coverage', 'list the rules, conditions, alternatives and roles that the tests do not cover')
    .addOption(
      new Option(
        '--threshold <percents>',
        'exit with 1 if less is covered or killed: 90, or rules=100,conditions=80',
      ).argParser(readThresholds),
    )
    .option('--merge <files...>', 'add the coverage that tests in TypeScript have written')
    .option('--lcov <file>', 'write the coverage for an editor or a CI system')
    .option('--cobertura <file>', 'write the coverage as XML for GitLab and others')
    .option('--html <file>', 'write the coverage as a page with the source')
    .addOption(
      new Option(
        '--mutate',
        'change the policies in small steps, and list the changes that no test notices',
      ).conflicts(['coverage', 'merge', 'lcov', 'cobertura', 'html', 'name', 'reporter', 'failures']),
    )
    .option('--all', 'with --mutate: list also the mutants that are unresolved or cannot be loaded')
    .option('--report <file>', 'with --mutate: write a report in the schema of Stryker')
    .option(
      '--incremental [file]',
      `with --mutate: use the results of the last run again; default: ${defaultCache}`,
    )
    .addOption(
      new Option(
        '--concurrency <number>',
        'with --mutate: number of threads; default: one for each core',
      ).argParser(positiveInteger('--concurrency')),
    )
    .addOption(
      new Option(
        '--time-limit <seconds>',
        'with --mutate: end after this time, and report the mutants that are tested',
      ).argParser(positiveInteger('--time-limit')),
    )
    .option('--watch', 'run the tests again after each change')
    .addHelpText(
      'after',
      `
Examples:
  nanook test
  nanook test --coverage --threshold rules=100,conditions=80
  nanook test --html coverage.html
  nanook test --mutate --threshold 90
  nanook test --mutate --incremental --report mutation.json
  nanook test --mutate --incremental --time-limit 300
  nanook test --reporter junit > results.xml`,
    )
    .action(async (paths: readonly string[], flags: TestFlags) => {
      checkFlags(flags);
      const run = async (): Promise<Project> => {
        const project = await readProject({ config: flags.config, paths, dialect: flags.dialect });
        outcome.code = await (flags.mutate === true
          ? testMutants(project, paths, flags, io)
          : test(project, flags, io));
        return project;
      };
      if (flags.watch === true) await watchProject(run, io);
      else await run();
    });
}

/** @throws {UsageError} for an option of `--mutate` without it */
function checkFlags(flags: TestFlags): void {
  const { mutate, all, report, incremental, concurrency, timeLimit, threshold } = flags;
  if (mutate === true) return;
  const options = {
    '--all': all,
    '--report': report,
    '--incremental': incremental,
    '--concurrency': concurrency,
    '--time-limit': timeLimit,
  };
  for (const [name, value] of Object.entries(options))
    if (value !== undefined) throw new UsageError(`${name} needs --mutate: nanook test --mutate ${name}`);
  if (threshold?.has('mutation') === true && threshold.size === 1)
    throw new UsageError('--threshold mutation=… needs --mutate');
}

async function test(project: Project, flags: TestFlags, io: Io): Promise<ExitCode> {
  const { name, merge = [], threshold } = flags;
  const reporter = flags.json === true ? 'json' : flags.reporter;
  const form = flags.failures ?? (io.isCi ? 'short' : 'full');
  const measuresCoverage =
    flags.coverage === true ||
    [threshold, flags.merge, flags.lcov, flags.cobertura, flags.html].some((flag) => flag !== undefined);
  const others = await Promise.all(merge.map(readCoverage));
  const results: TestResult[] = [];
  for await (const result of runTests(project, { name, measuresCoverage, form })) {
    results.push(result);
    if (reporter === 'text') io.out(resultText(result, io.colors));
  }
  const own = results.flatMap(({ coverage }) => coverage ?? []);
  const files = measuresCoverage ? coveredFiles(project, mergeCoverage([...own, ...others])) : undefined;
  if (files !== undefined) await writeReports(files, flags);
  if (reporter === 'junit') io.out(toJunit(results));
  else if (reporter === 'json') io.out(JSON.stringify(resultData(project, results, files), undefined, 2));
  else {
    io.out(summaryText(results, io.colors));
    if (form === 'short' && results.some(hasFailed)) io.out(io.colors.dim(wholeTrees));
    if (files !== undefined) io.out(coverageText(files, measuresOf(files), io.colors));
  }
  if (results.length === 0) io.err(nothingFound(project, name));
  const isCovered = files === undefined || reachesThresholds(files, threshold, io);
  return results.some(hasFailed) || !isCovered || results.length === 0 ? ExitCode.findings : ExitCode.fine;
}

const hasFailed = ({ failures }: TestResult): boolean => failures.length > 0;

const wholeTrees = 'Each failure has one reason. nanook test --failures full prints all rules.';

const maxListed = 10;

/** Returns the message for a run without a test. */
function nothingFound(project: Project, name: string | undefined): string {
  const names = testsOf(project).map((test) => test.name.value);
  if (name === undefined || names.length === 0)
    return 'no test was found; write test "name" { assert allow(…); } in a policy';
  const listed = names.slice(0, maxListed).map((each) => `"${each}"`);
  if (names.length > maxListed) listed.push('…');
  return `the name of no test contains "${name}"; the tests are ${listed.join(', ')}`;
}

async function writeReports(files: readonly CoveredFile[], flags: TestFlags): Promise<void> {
  const { lcov, cobertura, html } = flags;
  if (lcov !== undefined) await writeOutput(lcov, toLcov(files));
  if (cobertura !== undefined) await writeOutput(cobertura, toCobertura(files, Date.now()));
  if (html !== undefined) await writeOutput(html, coveragePage(files));
}

/** Writes each measure that is below its threshold. */
function reachesThresholds(
  files: readonly CoveredFile[],
  thresholds: Thresholds | undefined,
  io: Io,
): boolean {
  const measures = measuresOf(files);
  const missed = measureNames.filter((name) => measures[name].percent < (thresholds?.get(name) ?? 0));
  for (const name of missed)
    io.err(
      `expected a coverage of ${name} of at least ${thresholds!.get(name)} %, found ${percentText(measures[name].percent)}`,
    );
  return missed.length === 0;
}

function resultData(
  project: Project,
  results: readonly TestResult[],
  files: readonly CoveredFile[] | undefined,
): object {
  const failed = results.filter(hasFailed).length;
  const tests = results.map(({ coverage: _, ...result }) => result);
  return {
    passed: results.length - failed,
    failed,
    tests,
    ...(files && { coverage: coverageData(project, results, files) }),
  };
}

function coverageData(
  project: Project,
  results: readonly TestResult[],
  files: readonly CoveredFile[],
): object {
  const rules = files.flatMap((file) => file.rules);
  const testsOfRule = testsByRule(results);
  return {
    policies: policyDigests(project),
    measures: measuresOf(files),
    rules: rules.map(({ conditions, alternatives, ...rule }) => ({
      ...withoutSpan(rule),
      uncovered: gapsOf({ ...rule, conditions, alternatives }).length,
      tests: testsOfRule.get(keyOf({ ...rule.span, file: rule.file })) ?? [],
    })),
    conditions: rules.flatMap(({ conditions }) => conditions.map(withoutSpan)),
    alternatives: rules.flatMap(({ alternatives }) => alternatives.map(withoutSpan)),
    roles: files.flatMap(({ roles }) => roles.map(withoutSpan)),
  };
}

/** Returns the tests that have tried each rule, by the place of the rule. */
function testsByRule(
  results: readonly TestResult[],
): ReadonlyMap<string, readonly Pick<TestResult, 'file' | 'line' | 'name'>[]> {
  const found = new Map<string, Pick<TestResult, 'file' | 'line' | 'name'>[]>();
  for (const { file, line, name, coverage } of results)
    for (const rule of coverage?.rules ?? []) {
      const key = keyOf(rule);
      found.set(key, [...(found.get(key) ?? []), { file, line, name }]);
    }
  return found;
}

const keyOf = ({ file, start, end }: Pick<CoveredPlace, 'file' | 'start' | 'end'>): string =>
  `${start}-${end} ${file}`;

const withoutSpan = ({ span: _, ...part }: PlacedPart): object => part;
