import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { NamedPolicy, PolicyDialect } from '@nanook/core';
import { placeOf } from '@nanook/core/syntax';
import { Command, Option } from 'commander';
import { checkProject } from '../check/check-project.js';
import { knowsFixtures } from '../check/check-tests.js';
import { errorCount, failsCheck, type AppliedFix } from '@nanook/analysis';
import { countFixable, fixesOf, fixProject } from '../check/fixes/fix-project.js';
import { formatNames, formats, type FormatName } from '../check/formats.js';
import { UsageError } from '../errors/usage-error.js';
import { changedLines } from '../output/changed-lines.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { readStandardInput } from '../output/standard-input.js';
import { isFile } from '../project/is-file.js';
import { testsOf } from '../test/run-tests.js';
import { watchProject } from '../project/watch-project.js';
import type { Project } from '../project/project.js';
import { readProject, readProjectWith } from '../project/read-project.js';
import { configOption, dialectOption, nonNegativeInteger } from './common-options.js';
import type { Outcome } from './outcome.js';

interface CheckFlags {
  readonly config?: string;
  readonly dialect?: PolicyDialect;
  readonly format: FormatName;
  readonly json?: boolean;
  readonly maxWarnings?: number;
  readonly watch?: boolean;
  readonly fix?: boolean;
  readonly unsafeFixes?: boolean;
  readonly dryRun?: boolean;
  readonly stdin?: string | true;
}

export function checkCommand(io: Io, outcome: Outcome): Command {
  return new Command('check')
    .summary('find errors and probable mistakes in policies')
    .description(
      'Finds errors and probable mistakes in policies. Exits with 1 if there is an error, or an equality that nil on both sides makes true.',
    )
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(dialectOption())
    .addOption(new Option('--format <format>', 'form of the result').choices(formatNames).default('text'))
    .option('--json', 'the same as --format json')
    .option(
      '--max-warnings <number>',
      'exit with 1 if there are more warnings than this',
      nonNegativeInteger('--max-warnings'),
    )
    .option('--fix', 'correct the findings whose correction keeps all answers')
    .option('--unsafe-fixes', 'also correct findings whose correction changes answers, and print the change')
    .option('--dry-run', 'with --fix: print the changed lines, and change no file')
    .addOption(
      new Option(
        '--stdin [file]',
        'check the standard input in place of this file of the project; without a file, alone',
      ).conflicts(['fix', 'unsafeFixes', 'watch']),
    )
    .option('--watch', 'check again after each change')
    .addHelpText(
      'after',
      `
Examples:
  nanook check                             check the policies of the project
  nanook check policy/ --max-warnings 0    fail in CI if there is a warning
  nanook check --fix --dry-run             show the corrections
  nanook check --stdin policy/main.polar --json < unsaved.polar
                                           check the text of an editor, with the other policies
  nanook check --format github             show findings in a pull request on GitHub
  nanook check --format sarif > out.sarif  write findings for code scanning`,
    )
    .action(async (paths: readonly string[], flags: CheckFlags) => {
      const run = async (): Promise<Project> => {
        const project = await openProject(paths, flags, io);
        outcome.code = await check(project, flags, io);
        return project;
      };
      if (flags.watch === true) await watchProject(run, io);
      else await run();
    });
}

async function openProject(
  paths: readonly string[],
  { config, dialect, stdin }: CheckFlags,
  io: Io,
): Promise<Project> {
  if (stdin === undefined) return readProject({ config, paths, dialect });
  const source = await readStandardInput(io);
  if (stdin === true) {
    const alone = await readProjectWith(config, async () => [{ name: 'standard input', source }]);
    return alone.withDialect(dialect);
  }
  const project = await readProject({ config, paths, dialect });
  const isNamed = ({ name }: NamedPolicy): boolean => resolve(name) === resolve(stdin);
  const { policies } = project;
  return project.withPolicies(
    policies.some(isNamed)
      ? policies.map((policy) => (isNamed(policy) ? { ...policy, source } : policy))
      : [...policies, { name: stdin, source }],
  );
}

async function check(project: Project, flags: CheckFlags, io: Io): Promise<ExitCode> {
  const { format, json, maxWarnings, dryRun = false, unsafeFixes = false, fix = unsafeFixes } = flags;
  if (dryRun && !fix) throw new UsageError('--dry-run shows the corrections of --fix; use both options');
  const form = json === true ? 'json' : format;
  await project.requireOptions();
  const files = project.policies.map(({ name }) => name);
  const written = new Set(project.policies.filter(isFile).map(({ name }) => name));
  const isFixable = (name: string): boolean => written.has(name);
  const fixed = fix ? await fixProject(project, unsafeFixes, isFixable) : undefined;
  const findings = fixed?.findings ?? (await checkProject(project));
  const notes = [
    ...(project.declaresTypes ? [] : [unknownTypes]),
    ...(knowsFixtures(project) || testsOf(project).length === 0 ? [] : [unknownFixtures]),
  ];
  if (fixed !== undefined) {
    if (dryRun && form === 'text') printChanges(project, fixed.project, io);
    if (!dryRun) await writeChanges(project, fixed.project);
    if (form !== 'json') reportFixes(fixed.applied, dryRun, io);
  }
  const fixable = () => countFixable(fixed?.project ?? project, findings, isFixable);
  const fixes = () => fixesOf(fixed?.project ?? project, findings);
  const result = { files, findings, notes, fixable, fixes, ...(fixed && { fixed: fixed.applied }) };
  io.out(await formats[form](result, io.colors));
  const errors = errorCount(findings);
  const tooMany = maxWarnings !== undefined && findings.length - errors > maxWarnings;
  const isUnfixed = dryRun && fixed !== undefined && fixed.applied.length > 0;
  return findings.some(failsCheck) || tooMany || isUnfixed ? ExitCode.findings : ExitCode.fine;
}

/** Returns the policies that differ, with the text before and after. */
const changesOf = (
  before: Project,
  after: Project,
): readonly { readonly name: string; readonly old: string; readonly next: string }[] =>
  before.policies.flatMap(({ name, source: old }, i) => {
    const next = after.policies[i]!.source;
    return old === next ? [] : [{ name, old, next }];
  });

function printChanges(before: Project, after: Project, io: Io): void {
  for (const { name, old, next } of changesOf(before, after))
    io.out([io.colors.bold(name), ...changedLines(old, next, io.colors), ''].join('\n'));
}

async function writeChanges(before: Project, after: Project): Promise<void> {
  for (const { name, next } of changesOf(before, after)) {
    // oxlint-disable-next-line no-await-in-loop -- if a file cannot be written, the next ones keep their text
    await writeFile(name, next);
  }
}

function reportFixes(applied: readonly AppliedFix[], isDryRun: boolean, io: Io): void {
  for (const { finding, changes } of applied) {
    if (changes === undefined) continue;
    const place = finding.span === undefined ? '' : `${placeOf(finding.span)}: `;
    io.err(`${io.colors.yellow('changes answers')} ${place}${changes}`);
  }
  io.err(`${count(applied.length, 'finding')} ${isDryRun ? 'can be corrected' : 'corrected'}`);
}

const unknownFixtures =
  'The fixtures are a function, which can need a database, so the tests were not checked. `nanook test` checks and runs them.';

const unknownTypes =
  'The types of the application are not known, so names of types and fields were not checked. `nanook init` writes a configuration ' +
  'that declares them.';
