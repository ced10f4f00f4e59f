import { Command, Option } from 'commander';
import { checkProject } from '../check/check-project.js';
import { errorCount } from '../check/finding.js';
import { formatNames, formats, type FormatName } from '../check/formats.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { watchProject } from '../project/watch-project.js';
import { Project } from '../project/project.js';
import { configOption, nonNegativeInteger } from './common-options.js';
import type { Outcome } from './outcome.js';

interface CheckFlags {
  readonly config?: string;
  readonly format: FormatName;
  readonly json?: boolean;
  readonly maxWarnings?: number;
  readonly watch?: boolean;
}

export function checkCommand(io: Io, outcome: Outcome): Command {
  return new Command('check')
    .summary('find errors and probable mistakes in policies')
    .description('Finds errors and probable mistakes in policies. Exits with 1 if there is an error.')
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(new Option('--format <format>', 'form of the result').choices(formatNames).default('text'))
    .option('--json', 'the same as --format json')
    .option(
      '--max-warnings <number>',
      'exit with 1 if there are more warnings than this',
      nonNegativeInteger('--max-warnings'),
    )
    .option('--watch', 'check again after each change')
    .addHelpText(
      'after',
      `
Examples:
  nanook check                             check the policies of the project
  nanook check policy/ --max-warnings 0    fail in CI if there is a warning
  nanook check --format github             show findings in a pull request on GitHub
  nanook check --format sarif > out.sarif  write findings for code scanning`,
    )
    .action(async (paths: readonly string[], flags: CheckFlags) => {
      const run = async (): Promise<Project> => {
        const project = await Project.open({ config: flags.config, paths });
        outcome.code = await check(project, flags, io);
        return project;
      };
      if (flags.watch === true) await watchProject(run, io);
      else await run();
    });
}

async function check(project: Project, { format, json, maxWarnings }: CheckFlags, io: Io): Promise<ExitCode> {
  const files = project.policies.map(({ name }) => name);
  const findings = await checkProject(project);
  const notes = project.declaresTypes ? [] : [unknownTypes];
  io.out(formats[json === true ? 'json' : format]({ files, findings, notes }, io.colors));
  const errors = errorCount(findings);
  const tooMany = maxWarnings !== undefined && findings.length - errors > maxWarnings;
  return errors > 0 || tooMany ? ExitCode.findings : ExitCode.fine;
}

const unknownTypes =
  'The types of the application are not known, so names of types and fields were not checked. `nanook init` writes a configuration ' +
  'that declares them.';
