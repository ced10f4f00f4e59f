import { isUndecided, type Authorizer, type DecisionOutcome } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';
import type { DecisionRecord } from '@nanook/log';
import { Command, Option } from 'commander';
import { DamagedLines } from '../decisions/damaged-lines.js';
import { filterOf, filtersOf } from '../decisions/filters.js';
import { openRecords, type RecordSourceFlags } from '../decisions/record-source.js';
import { labelOf, RecordedObjects } from '../decisions/recorded-objects.js';
import { failureOf, ruleCause, usesIn, type Cause, type Change, type Side } from '../diff/change.js';
import { diffFormatNames, diffFormats, type DiffFormat } from '../diff/formats.js';
import { singleDecisions } from '../decisions/single-decisions.js';
import { UsageError } from '../errors/usage-error.js';
import { counted } from '../output/counted.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { configOption, policyOption, recordSourceOptions, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';
import type { Outcome } from './outcome.js';

interface ShadowFlags extends ProjectFlags, RecordSourceFlags {
  readonly from?: string;
  readonly to?: string;
  readonly format: DiffFormat;
  readonly json?: boolean;
}

export function shadowCommand(io: Io, outcome: Outcome): Command {
  const command = new Command('shadow')
    .summary('replay a decision log against a policy')
    .description(
      'Decides the checks of a decision log again, with the policies of the configuration, and lists those whose outcome is not the ' +
        'recorded one. Exits with 1 if there is one.',
    )
    .argument('[logs...]', 'files, folders with files that end in .jsonl, and - for the standard input')
    .option('--from <time>', 'the earliest time: a day, a time with its zone, or an age such as 30m, 2h, 7d')
    .option('--to <time>', 'the time before which the decisions were made')
    .addOption(configOption())
    .addOption(policyOption())
    .addOption(new Option('--format <format>', 'form of the result').choices(diffFormatNames).default('text'))
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Examples:
  nanook shadow audit/                       replay the log against the current policies
  nanook shadow audit/ -p next/ --json       replay it against other policies
  nanook shadow --postgres --from 24h        replay the decisions of the last day in PostgreSQL`,
    )
    .action(async (paths: readonly string[], flags: ShadowFlags) => {
      const { project, authorizer, fixtures } = await openProject({
        config: flags.config,
        paths: flags.policy,
      });
      const objects = new RecordedObjects(project, fixtures, authorizer);
      const damaged = new DamagedLines();
      const counts = { checked: 0, different: 0, newlyAllowed: 0, newlyRefused: 0, failed: 0 };
      const changes: Change[] = [];
      const texts = new Set(project.policies.map(({ source }) => oneLine(source)));
      const seen = new Set<string>();
      const isWanted = await filterOf(flags);
      const source = await openRecords(paths, flags, damaged.add);
      const records = singleDecisions(source.records(filtersOf(flags)));
      try {
        for await (const record of counted(records, 'record', io)) {
          if (!isWanted(record)) continue;
          const key = keyOf(record);
          if (seen.has(key)) continue;
          seen.add(key);
          const check = await objects.checkOf(record);
          if (check === undefined) continue;
          counts.checked++;
          const after = await decide(authorizer, check);
          if (after.outcome === record.outcome) {
            if (after.outcome === 'error' || after.outcome === 'undecided') counts.failed++;
            continue;
          }
          counts.different++;
          if (after.outcome === 'allowed') counts.newlyAllowed++;
          if (record.outcome === 'allowed') counts.newlyRefused++;
          if (changes.length < maxChanges)
            changes.push(await changeOf(record, check, after, texts, authorizer));
        }
      } finally {
        await source.close();
      }
      damaged.report(io);
      objects.report(io);
      if (counts.checked === 0)
        throw new UsageError(`${source.name} contains no record of an actor, an action and a resource`);
      const form = flags.json === true ? 'json' : flags.format;
      io.out(diffFormats[form]({ ...counts, changes }, io.colors));
      if (counts.different > 0) outcome.code = ExitCode.findings;
    });
  for (const option of recordSourceOptions()) command.addOption(option);
  return command;
}

/** The number of changes that are explained. Further ones are counted. */
const maxChanges = 1_000;

const keyOf = ({ kind, actor, action, resource, field, outcome }: DecisionRecord): string =>
  JSON.stringify([kind, actor, action, resource, field, outcome]);

async function decide(
  authorizer: Authorizer,
  { kind = 'allow', actor, action, resource, field }: DiffedCheck,
): Promise<Omit<Side, 'explanation'>> {
  const args = kind === 'allow' ? [actor, action, resource] : [actor, action, resource, field];
  try {
    const answers = authorizer.policy.queryRule(kind, args, { acceptExpression: true });
    const { done } = await answers.next();
    await answers.return();
    return { outcome: done === true ? 'denied' : 'allowed', error: undefined };
  } catch (error) {
    return { outcome: isUndecided(error) ? 'undecided' : 'error', error };
  }
}

async function changeOf(
  record: DecisionRecord,
  { actor, action, resource, field }: DiffedCheck,
  after: { readonly outcome: DecisionOutcome; readonly error: unknown },
  texts: ReadonlySet<string>,
  authorizer: Authorizer,
): Promise<Change> {
  const explanation =
    after.error !== undefined
      ? undefined
      : field === undefined
        ? await authorizer.explain(actor, action as string, resource)
        : await authorizer.explainField(actor, action as string, resource, field as string);
  const side: Side = { ...after, explanation };
  return {
    actor: labelOf(record.actor),
    action: record.action ?? record.kind,
    resource: labelOf(record.resource),
    ...(record.field !== undefined && { field: record.field }),
    before: record.outcome,
    after: after.outcome,
    causes:
      after.outcome === 'allowed'
        ? usesIn(explanation)
            .slice(-1)
            .map((use) => ruleCause('allowed-by', use))
        : [...removedRule(record, texts), ...failureOf(side)],
  };
}

/** Returns the recorded rule if the new policies do not contain its text. */
function removedRule({ rule }: DecisionRecord, texts: ReadonlySet<string>): readonly Cause[] {
  if (rule === undefined || [...texts].some((text) => text.includes(oneLine(rule.text)))) return [];
  return [ruleCause('removed', rule)];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
