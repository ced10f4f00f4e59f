import type { NamedPolicy } from '@nanook/core';
import type { DecisionRecord } from '@nanook/log';
import { Command, Option } from 'commander';
import { DamagedLines } from '../decisions/damaged-lines.js';
import { filterOf, filtersOf, type FilterFlags } from '../decisions/filters.js';
import { recordLine, summaryText } from '../decisions/log-text.js';
import { outcomes } from '../decisions/record-of.js';
import { openRecords, type RecordSource, type RecordSourceFlags } from '../decisions/record-source.js';
import { Summary } from '../decisions/summary.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { readProject } from '../project/read-project.js';
import {
  configOption,
  jsonOption,
  policyOption,
  positiveInteger,
  recordSourceOptions,
  type ProjectFlags,
} from './common-options.js';

interface LogFlags extends FilterFlags, ProjectFlags, RecordSourceFlags {
  readonly last?: number;
  readonly summary?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export function logCommand(io: Io): Command {
  const command = new Command('log')
    .summary('read a decision log')
    .description(
      'Prints the decisions of a log that satisfy all filters, or a summary of them: JSON lines, a table of PostgreSQL, or a stream of NATS.',
    )
    .argument('[logs...]', 'files, folders with files that end in .jsonl, and - for the standard input')
    .option('--actor <actor>', 'the actor: an id, a type and an id such as User:7, or a type such as User:')
    .option('--action <names...>', 'one of these actions')
    .option('--resource <resource>', 'the resource, like --actor')
    .addOption(new Option('--outcome <outcomes...>', 'one of these outcomes').choices(outcomes))
    .option('--from <time>', 'the earliest time: a day, a time with its zone, or an age such as 30m, 2h, 7d')
    .option('--to <time>', 'the time before which the decisions were made')
    .option('--rule <rule>', 'the rule that granted the action: policy.polar:12, or its name')
    .option('--tenant <tenant>', 'the tenant')
    .option('--request <id>', 'the id of the request')
    .option('--policy-version <version>', 'the version or the hash of the policy')
    .option('--last <number>', 'print only the last decisions', positiveInteger('--last'))
    .option('--summary', 'print counts, the most denied checks, and the rules that never granted')
    .option('--follow', 'print decisions as they are recorded, until Ctrl+C')
    .addOption(jsonOption())
    .addOption(configOption())
    .addOption(policyOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook log audit/ --outcome denied undecided --from 24h
  nanook log audit/ --actor User:7 --resource Invoice:1 --action pay
  nanook log audit/ --summary
  nanook log audit/ --follow --outcome denied
  nanook log --postgres --from 24h --summary
  kubectl logs deployment/app | nanook log -`,
    )
    .action(async (paths: readonly string[], flags: LogFlags) => {
      if (flags.follow === true && flags.summary === true)
        throw new UsageError('--follow and --summary cannot be used together');
      const isWanted = await filterOf(flags);
      const damaged = new DamagedLines();
      const print = (record: DecisionRecord): void =>
        io.out(flags.json === true ? JSON.stringify(record) : recordLine(record, io.colors));
      const source = await openRecords(paths, flags, damaged.add);
      try {
        if (flags.follow === true) return await follow(source, flags, isWanted, print);
        const summary = new Summary();
        const last: DecisionRecord[] = [];
        for await (const record of source.records(filtersOf(flags), flags.last)) {
          if (!isWanted(record)) continue;
          if (flags.summary === true) summary.add(record);
          else if (flags.last === undefined) print(record);
          else {
            last.push(record);
            if (last.length > flags.last) last.shift();
          }
        }
        last.forEach(print);
        damaged.report(io);
        if (flags.summary !== true) return;
        const result = summary.result(await policiesOf(flags));
        io.out(flags.json === true ? JSON.stringify(result, undefined, 2) : summaryText(result, io.colors));
      } finally {
        await source.close();
      }
    });
  for (const option of recordSourceOptions()) command.addOption(option);
  return command;
}

async function follow(
  source: RecordSource,
  flags: LogFlags,
  isWanted: (record: DecisionRecord) => boolean,
  print: (record: DecisionRecord) => void,
): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  for await (const record of source.follow(filtersOf(flags), stop.signal))
    if (isWanted(record)) print(record);
}

/** Returns the policies of the project, for the rules that never granted; undefined where there are none. */
async function policiesOf({ config, policy }: ProjectFlags): Promise<readonly NamedPolicy[] | undefined> {
  try {
    return (await readProject({ config, paths: policy })).policies;
  } catch (error) {
    if (config !== undefined || policy !== undefined || !(error instanceof UsageError)) throw error;
    return undefined;
  }
}
