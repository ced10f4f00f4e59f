import { Authorizer } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';
import { Command } from 'commander';
import { answerOf, groupsOf, measureGroup, type MeasuredGroup } from '../bench/measure-checks.js';
import { addChecksOptions, chooseChecks, noChecks, type ChecksFlags } from '../diff/chosen-checks.js';
import { count } from '../output/count.js';
import { counted } from '../output/counted.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { tableLines } from '../output/table.js';
import { showValue } from '../values/show-value.js';
import {
  configOption,
  jsonOption,
  policyOption,
  positiveInteger,
  type ProjectFlags,
} from './common-options.js';
import { openProject } from './opened.js';
import type { Outcome } from './outcome.js';

interface BenchFlags extends ProjectFlags, ChecksFlags {
  readonly time: number;
  readonly json?: boolean;
}

export function benchCommand(io: Io, outcome: Outcome): Command {
  return addChecksOptions(new Command('bench'), 'measure')
    .summary('measure the time of the checks of a policy')
    .description(
      'Measures the time of the checks of the fixtures, of generated rows, or of a decision log. First, the reference engine verifies ' +
        'their answers. Exits with 1 if an answer differs.',
    )
    .addOption(configOption())
    .addOption(policyOption())
    .option('--time <ms>', 'measure each row of the table for this long', positiveInteger('--time'), 100)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook bench                measure the checks of the fixtures
  nanook bench --time 1000    measure longer, for more exact times`,
    )
    .action(async (flags: BenchFlags) => {
      outcome.code = await bench(flags, io);
    });
}

/** The checks of fields and requests are not measured: a refused one is an error, whose time is not that of the policy. */
const isAction = ({ kind, field }: DiffedCheck): boolean =>
  kind === undefined ? field === undefined : kind === 'allow';

async function bench(flags: BenchFlags, io: Io): Promise<ExitCode> {
  const { config, policy, time, json } = flags;
  const { project, authorizer } = await openProject({ config, paths: policy });
  const chosen = await chooseChecks(project, [authorizer], flags, io, 'once');
  const checks: DiffedCheck[] = [];
  for await (const check of chosen.checks) if (isAction(check)) checks.push(check);
  if (checks.length === 0) throw noChecks('measure', flags);
  const options = { ...project.authorizerOptions(() => {}), policies: project.policies };
  const reference = await Authorizer.load({ ...options, engine: 'machine' });
  for await (const check of counted(checks, 'verified check', io)) {
    const [expected, found] = [await answerOf(reference, check), await answerOf(authorizer, check)];
    if (expected === found) continue;
    const { actor, action, resource } = check;
    const text = [actor, action, resource].map((value) => showValue(value, authorizer)).join(', ');
    io.err(`the engines differ for (${text}): ${String(found)}, expected ${String(expected)}`);
    return ExitCode.findings;
  }
  const measured: MeasuredGroup[] = [];
  for await (const group of counted(groupsOf(checks, authorizer), 'measured row', io)) {
    // A new authorizer has compiled no code for the group.
    measured.push(await measureGroup(await Authorizer.load(options), group, time));
  }
  measured.sort((a, b) => b.us - a.us);
  if (json === true) io.out(JSON.stringify(measured, undefined, 2));
  else {
    io.out(`${count(checks.length, 'check')}, verified on the reference engine; times in microseconds`);
    const rows = measured.map(({ us, firstUs, checks: number, allowed, actor, action, resource }) => [
      us.toFixed(2),
      firstUs.toFixed(0),
      String(number),
      String(allowed),
      `${actor} ${action} ${resource}`,
    ]);
    for (const line of tableLines([
      ['check', 'first', 'checks', 'allowed', 'actor, action, resource'],
      ...rows,
    ]))
      io.out(line);
  }
  return ExitCode.fine;
}
