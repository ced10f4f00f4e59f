import { Authorizer, type NamedPolicy } from '@nanook/core';
import { diffPolicies } from '@nanook/core/candidate';
import { Command, Option } from 'commander';
import { causesOf, type Change } from '../diff/change.js';
import { addChecksOptions, chooseChecks, noChecks, type ChecksFlags } from '../diff/chosen-checks.js';
import { diffFormatNames, diffFormats, type DiffFormat } from '../diff/formats.js';
import { readSide } from '../diff/read-side.js';
import { ruleKeysOf } from '../diff/rule-keys.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { readProjectWith } from '../project/read-project.js';
import { showValue } from '../values/show-value.js';
import { configOption } from './common-options.js';
import type { Outcome } from './outcome.js';

interface DiffFlags extends ChecksFlags {
  readonly config?: string;
  readonly format: DiffFormat;
  readonly json?: boolean;
}

export function diffCommand(io: Io, outcome: Outcome): Command {
  return addChecksOptions(new Command('diff'), 'compare')
    .summary('list the decisions that change between two policies')
    .description(
      'Lists the decisions that change between two policies, each with the rule that causes the change. The decisions are those of the ' +
        'fixtures, of generated rows, or of a decision log. Exits with 1 if a decision changes.',
    )
    .argument('<old>', 'a file, a folder, or a revision of git, such as main or main:policy')
    .argument('[new]', 'the same; default: the policies of the configuration')
    .addOption(configOption())
    .addOption(new Option('--format <format>', 'form of the result').choices(diffFormatNames).default('text'))
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
Examples:
  nanook diff main                              compare the policies of the branch main with the current files
  nanook diff old.polar new.polar --generate    compare two files with generated rows
  nanook diff main --log audit/                 compare the decisions that were recorded
  nanook diff origin/main --format markdown     write a comment for a pull request`,
    )
    .action(async (old: string, next: string | undefined, flags: DiffFlags) => {
      outcome.code = await diff(old, next, flags, io);
    });
}

async function diff(old: string, next: string | undefined, flags: DiffFlags, io: Io): Promise<ExitCode> {
  let sides: readonly (readonly NamedPolicy[])[] = [];
  const project = await readProjectWith(flags.config, async (configured) => {
    sides = await Promise.all([readSide(old, configured), readSide(next, configured)]);
    return sides.flat();
  });
  const [before, after] = sides as [readonly NamedPolicy[], readonly NamedPolicy[]];
  const load = (policies: readonly NamedPolicy[]): Promise<Authorizer> =>
    Authorizer.load({ ...project.authorizerOptions(() => {}), policies });
  const authorizers = await Promise.all([load(before), load(after)]);
  const { values, checks } = await chooseChecks(project, authorizers, flags, io, 'once');
  const names = new Map(Object.entries(values).map(([name, value]) => [value, name]));
  const label = (value: unknown): string => names.get(value) ?? showValue(value, authorizers[1]);
  const { differences, ...counts } = await diffPolicies(...authorizers, { over: checks });
  if (counts.checked === 0) throw noChecks('compare', flags);
  const rules = { before: ruleKeysOf(before), after: ruleKeysOf(after) };
  const changes = differences.map((difference): Change => {
    const { kind, actor, action, resource, field } = difference;
    return {
      actor: label(actor),
      action: kind === 'allow_request' ? kind : (action as string),
      resource: label(resource),
      ...(field !== undefined && { field: field as string }),
      before: difference.before.outcome,
      after: difference.after.outcome,
      causes: causesOf(difference, rules),
    };
  });
  io.out(diffFormats[flags.json === true ? 'json' : flags.format]({ ...counts, changes }, io.colors));
  return counts.different > 0 ? ExitCode.findings : ExitCode.fine;
}
