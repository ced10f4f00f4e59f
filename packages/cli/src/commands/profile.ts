import type { PolicyProfile } from '@nanook/core';
import { Command } from 'commander';
import { addChecksOptions, chooseChecks, noChecks, type ChecksFlags } from '../diff/chosen-checks.js';
import { count } from '../output/count.js';
import type { Io } from '../output/io.js';
import { tableLines } from '../output/table.js';
import {
  configOption,
  jsonOption,
  policyOption,
  positiveInteger,
  type ProjectFlags,
} from './common-options.js';
import { openProject } from './opened.js';

interface ProfileFlags extends ProjectFlags, ChecksFlags {
  readonly limit: number;
  readonly json?: boolean;
}

export function profileCommand(io: Io): Command {
  return addChecksOptions(new Command('profile'), 'measure')
    .summary('measure which rules cost how much')
    .description(
      'Measures which rules cost how much in the checks of the fixtures, of generated rows, or of a decision log. The checks run on the ' +
        'reference engine.',
    )
    .addOption(configOption())
    .addOption(policyOption())
    .option('--limit <number>', 'show this many rules', positiveInteger('--limit'), 20)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook profile                  measure the checks of the fixtures
  nanook profile --log audit/     measure the checks that an application has made`,
    )
    .action(async (flags: ProfileFlags) => {
      const { config, policy, limit, json } = flags;
      const { project, authorizer } = await openProject({ config, paths: policy });
      // Each record counts, so that a check that is frequent costs more.
      const { checks } = await chooseChecks(project, [authorizer], flags, io, 'always');
      const profile = await authorizer.profile(checks);
      if (profile.checks === 0) throw noChecks('measure', flags);
      if (json === true) io.out(JSON.stringify(profile, undefined, 2));
      else for (const line of linesOf(profile, limit)) io.out(line);
    });
}

function linesOf({ checks, failed, steps, ms, waitMs, rules }: PolicyProfile, limit: number): string[] {
  const all = ms + waitMs;
  const rows = rules.slice(0, limit).map((rule) => {
    const { text, file = 'policy', line } = rule;
    const [firstLine = '', ...rest] = text.split('\n');
    return [
      `${Math.round((100 * (rule.ms + rule.waitMs)) / all)} %`,
      rule.ms.toFixed(2),
      rule.waitMs.toFixed(2),
      String(rule.entered),
      String(rule.steps),
      `${firstLine.trimEnd()}${rest.length === 0 ? '' : ' …'} (${file}:${line})`,
    ];
  });
  const unmeasured = rules.length - rows.length;
  return [
    `${count(checks, 'check')}: ${count(steps, 'step')} in ${ms.toFixed(2)} ms, and ${waitMs.toFixed(2)} ms of waiting for promises`,
    ...(failed === 0 ? [] : [`${count(failed, 'check')} ended undecided, or with an error`]),
    ...tableLines([['share', 'ms', 'waiting', 'entered', 'steps', 'rule'], ...rows]),
    ...(unmeasured === 0 ? [] : [`${count(unmeasured, 'other rule')} cost less`]),
  ];
}
