import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { Project } from '../project/project.js';
import { watchProject } from '../project/watch-project.js';
import { Coverage, percentageOf, toLcov, type CoveredRule } from '../test/coverage.js';
import { resultText, summaryText, toJunit } from '../test/reporters.js';
import { runTests } from '../test/run-tests.js';
import type { TestResult } from '../test/test-result.js';
import { configOption } from './common-options.js';
import type { Outcome } from './outcome.js';

interface TestFlags {
  readonly config?: string;
  readonly name?: string;
  readonly reporter: 'text' | 'json' | 'junit';
  readonly json?: boolean;
  readonly coverage?: boolean;
  readonly coverageThreshold?: number;
  readonly lcov?: string;
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
    .option('--name <text>', 'run only the tests whose name contains the text')
    .addOption(
      new Option('--reporter <name>', 'form of the result')
        .choices(['text', 'json', 'junit'])
        .default('text'),
    )
    .option('--json', 'the same as --reporter json')
    .option('--coverage', 'list the rules that no test has proved')
    .option('--coverage-threshold <percent>', 'exit with 1 if fewer rules are proved', percentage)
    .option('--lcov <file>', 'write the coverage for an editor or a CI system')
    .option('--watch', 'run the tests again after each change')
    .addHelpText(
      'after',
      `
Examples:
  nanook test
  nanook test --coverage --coverage-threshold 90
  nanook test --reporter junit > results.xml`,
    )
    .action(async (paths: readonly string[], flags: TestFlags) => {
      const run = async (): Promise<Project> => {
        const project = await Project.open({ config: flags.config, paths });
        outcome.code = await test(project, flags, io);
        return project;
      };
      if (flags.watch === true) await watchProject(run, io);
      else await run();
    });
}

async function test(project: Project, flags: TestFlags, io: Io): Promise<ExitCode> {
  const { name, coverageThreshold: threshold, lcov } = flags;
  const reporter = flags.json === true ? 'json' : flags.reporter;
  const measures = flags.coverage === true || threshold !== undefined || lcov !== undefined;
  const coverage = new Coverage();
  const results: TestResult[] = [];
  const options = { name, ...(measures && { onProof: coverage.add.bind(coverage) }) };
  for await (const result of runTests(project, options)) {
    results.push(result);
    if (reporter === 'text') io.out(resultText(result, io.colors));
  }
  const rules = measures ? coverage.rules(project) : [];
  if (lcov !== undefined) await writeFile(lcov, toLcov(rules));
  if (reporter === 'junit') io.out(toJunit(results));
  else if (reporter === 'json')
    io.out(JSON.stringify(resultData(results, measures ? rules : undefined), undefined, 2));
  else {
    io.out(summaryText(results, io.colors));
    if (measures) printCoverage(rules, io);
  }
  if (results.length === 0) io.err('no test was found; write test "name" { assert allow(…); } in a policy');
  const isCovered = threshold === undefined || percentageOf(rules) >= threshold;
  const hasFailed = results.some(({ failures }) => failures.length > 0);
  return hasFailed || !isCovered || results.length === 0 ? ExitCode.findings : ExitCode.fine;
}

function printCoverage(rules: readonly CoveredRule[], io: Io): void {
  const missing = rules.filter(({ proofs }) => proofs === 0);
  io.out(
    `${rules.length - missing.length} of ${rules.length} rules proved (${percentageOf(rules).toFixed(1)} %)`,
  );
  for (const { file, line, text } of missing)
    io.out(`  ${io.colors.yellow('not proved')} ${text} ${io.colors.dim(`${file}:${line}`)}`);
}

const resultData = (results: readonly TestResult[], rules: readonly CoveredRule[] | undefined): object => {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const coverage = rules && { percent: percentageOf(rules), rules };
  return { passed: results.length - failed, failed, tests: results, ...(coverage && { coverage }) };
};

function percentage(text: string): number {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError(`--coverage-threshold expects a number from 0 to 100, found ${text}.`);
  return value;
}
