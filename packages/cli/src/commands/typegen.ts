import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyVocabulary } from '@nanook/core';
import { Command, Option } from 'commander';
import { errorCount } from '@nanook/analysis';
import { writtenFinding } from '../check/written-finding.js';
import { findingText } from '../check/formats.js';
import { UsageError } from '../errors/usage-error.js';
import { changedLines } from '../output/changed-lines.js';
import { count } from '../output/count.js';
import { ExitCode } from '../output/exit-code.js';
import type { Colors, Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import type { Project } from '../project/project.js';
import { readProject } from '../project/read-project.js';
import { watchProject } from '../project/watch-project.js';
import { checkSource, sourceKinds, type SourceKind } from '../typegen/check-source.js';
import { findInstances, findUnreadFile } from '../typegen/instances.js';
import { printPolicyTypes } from '../typegen/print-policy-types.js';
import { configOption, policyOption, type ProjectFlags } from './common-options.js';
import type { Outcome } from './outcome.js';

interface TypegenFlags extends ProjectFlags {
  readonly out?: string;
  readonly project?: string;
  readonly from?: SourceKind;
  readonly schema?: string;
  readonly check?: boolean;
  readonly json?: boolean;
  readonly watch?: boolean;
}

export function typegenCommand(io: Io, outcome: Outcome): Command {
  return new Command('typegen')
    .summary('write the actions, types and fields of the policies as types')
    .description(
      'Writes a declaration file with the actions, types, fields and roles of the policies, with which the TypeScript compiler checks ' +
        'the calls of the application.',
    )
    .addOption(configOption())
    .addOption(policyOption())
    .option(
      '-o, --out <file>',
      'the file to write; default: policy-types.d.ts, in src if there is such a folder',
    )
    .option('--project <file>', 'the tsconfig.json of the application; default: the nearest one')
    .addOption(
      new Option('--from <source>', 'check the attributes in the policies with these types').choices(
        sourceKinds,
      ),
    )
    .option('--schema <path>', 'the Prisma schema, a file or a folder; default: the usual places')
    .option('--check', 'write nothing, and exit with 1 if the file is out of date')
    .option('--json', 'write the result as JSON')
    .option('--watch', 'write the file again after each change of a policy or the configuration')
    .addHelpText(
      'after',
      `
Examples:
  nanook typegen
  nanook typegen --out types/policy.d.ts
  nanook typegen --from prisma           also check attributes with the Prisma schema
  nanook typegen --check                 fail in CI if the file is out of date`,
    )
    .action(async (flags: TypegenFlags) => {
      if (flags.check === true && flags.watch === true)
        throw new UsageError('--check and --watch exclude each other; use one of them');
      const run = async (): Promise<Project> => {
        const project = await readProject({ config: flags.config, paths: flags.policy });
        outcome.code = await typegen(project, flags, io);
        return project;
      };
      if (flags.watch === true) await watchProject(run, io);
      else await run();
    });
}

async function typegen(project: Project, flags: TypegenFlags, io: Io): Promise<ExitCode> {
  const file = flags.out ?? join(existsSync('src') ? 'src' : '.', 'policy-types.d.ts');
  if (!/\.d\.[cm]?ts$/.test(file))
    throw new UsageError(`expected a file that ends in .d.ts, .d.mts or .d.cts for --out, found ${file}`);
  if (flags.schema !== undefined && flags.from !== 'prisma')
    throw new UsageError('--schema belongs to --from prisma; add it');
  const source = flags.from && (await checkSource(project, flags.from, flags));
  const authorizer = await project.load();
  const vocabulary = authorizer.policy.vocabulary();
  if (vocabulary.types.length === 0)
    throw new UsageError(
      'the policies name no type, so there is nothing to write; declare `types` in the configuration: nanook init',
    );
  const instances = await findInstances(project.types, file, flags.project);
  const grantable = authorizer.policy.grantablePermissions;
  const text = printPolicyTypes(vocabulary, instances.types, grantable);
  const current = existsSync(file) ? (await readFile(file, 'utf8')).replaceAll('\r\n', '\n') : undefined;
  const isUpToDate = current === text;
  if (flags.check !== true && !isUpToDate) await writeOutput(file, text);
  const unread = flags.check === true ? undefined : await findUnreadFile(file, flags.project);
  const findings = source?.findings ?? [];
  const notes = [
    ...(source?.notes ?? []),
    ...openTypes(vocabulary),
    ...instances.notes,
    ...(unread === undefined ? [] : [unread]),
  ];
  if (flags.json === true)
    io.out(
      JSON.stringify(
        {
          file,
          isUpToDate,
          ...vocabulary,
          grantable,
          ...(source !== undefined && { findings: findings.map(writtenFinding) }),
          notes,
        },
        undefined,
        2,
      ),
    );
  else {
    for (const finding of findings) io.out(findingText(finding, io.colors));
    for (const note of notes) io.err(`${io.colors.yellow('note')} ${note}`);
    io.out(resultText(file, vocabulary, flags.check === true, { current, text }, io.colors));
  }
  const isOutOfDate = flags.check === true && !isUpToDate;
  return isOutOfDate || errorCount(findings) > 0 ? ExitCode.findings : ExitCode.fine;
}

/** Returns a note about the types whose actions the compiler cannot check. */
function openTypes({ types }: PolicyVocabulary): readonly string[] {
  const open = types.filter(({ actions }) => actions === undefined).map(({ type }) => type);
  return open.length === 0
    ? []
    : [
        `rules allow every action on ${open.join(', ')}, so the compiler accepts every text as an action there; name the actions ` +
          'in the rules, such as `action in ["read", "edit"]`',
      ];
}

function resultText(
  file: string,
  { types, otherActions }: PolicyVocabulary,
  isCheck: boolean,
  { current, text }: { readonly current: string | undefined; readonly text: string },
  colors: Colors,
): string {
  if (current === text) return `${file} is up to date`;
  if (!isCheck) {
    const actions = new Set([
      ...types.flatMap((type) =>
        [type.actions, type.typeActions, type.fieldActions].flatMap((names) => names ?? []),
      ),
      ...otherActions,
    ]);
    return `${file} is written: ${count(types.length, 'type')}, ${count(actions.size, 'action')}`;
  }
  const advice = 'run nanook typegen, and commit the file';
  if (current === undefined) return `${file} does not exist; ${advice}`;
  return `${file} is out of date; ${advice}\n${changedLines(current, text, colors).join('\n')}`;
}
