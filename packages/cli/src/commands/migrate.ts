import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { migrateFiles, type Migration, type Target } from '../migrate/migrate-files.js';
import { sourceFiles } from '../migrate/source-files.js';
import { UsageError } from '../errors/usage-error.js';
import { changedLines } from '../output/changed-lines.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import type { Outcome } from './outcome.js';

interface MigrateFlags {
  readonly from: 'oso' | 'oso-cloud';
  readonly to?: Target;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @param version the version of Nanook that the application then depends on */
export function migrateCommand(io: Io, outcome: Outcome, version: string): Command {
  return new Command('migrate')
    .summary('move an application from oso or Oso Cloud')
    .description(
      'Moves an application from the package oso, or from the client of Oso Cloud. It changes imports, calls and package.json, and lists each place that you must change by hand.',
    )
    .argument('[paths...]', 'files and folders of the application', ['.'])
    .addOption(
      new Option('--from <package>', 'the package that the application uses now')
        .choices(['oso', 'oso-cloud'])
        .default('oso'),
    )
    .addOption(
      new Option(
        '--to <target>',
        'the package with the API of oso, or the API of Nanook; default: package, and authorizer from oso-cloud',
      ).choices(['package', 'authorizer']),
    )
    .option('--dry-run', 'show the changes, and write nothing')
    .option('--json', 'print the changes and the places as JSON')
    .addHelpText(
      'after',
      `
Examples:
  nanook migrate                       replace the import of oso by @nanook/oso
  nanook migrate --dry-run             show the changes first
  nanook migrate src --to authorizer   replace the class Oso by Authorizer
  nanook migrate --from oso-cloud      replace the client of Oso Cloud by Authorizer

Exit code 1: at least one place must be changed by hand.`,
    )
    .action(async (paths: readonly string[], { from, to, dryRun = false, json = false }: MigrateFlags) => {
      if (from === 'oso-cloud' && to === 'package')
        throw new UsageError('no package has the API of oso-cloud; use --to authorizer');
      const move = from === 'oso-cloud' ? from : (to ?? 'package');
      const migration = await migrateFiles(await sourceFiles(paths), move, version);
      if (!dryRun) for (const { file, after } of migration.changed) await writeFile(file, after);
      if (json) io.out(JSON.stringify(migration, undefined, 2));
      else print(io, migration, dryRun);
      if (migration.manual.length > 0) outcome.code = ExitCode.findings;
    });
}

function print(io: Io, { changed, manual }: Migration, isDryRun: boolean): void {
  for (const { file, before, after } of changed) {
    io.out(file);
    if (isDryRun) for (const line of changedLines(before, after, io.colors)) io.out(line);
  }
  for (const { file, line, column, message } of manual)
    io.out(`${file}:${line}:${column} ${io.colors.yellow('by hand')}: ${message}`);
  const places = manual.length === 0 ? '' : `, ${count(manual.length, 'place')} to change by hand`;
  io.err(`${count(changed.length, 'file')} ${isDryRun ? 'to change' : 'changed'}${places}`);
}
