import { renderExplanation, renderExplanationPage } from '@nanook/core';
import { Command } from 'commander';
import { UsageError } from '../errors/usage-error.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { writeOutput } from '../output/write-output.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';
import type { Outcome } from './outcome.js';

interface ExplainFlags extends ProjectFlags {
  readonly field?: string;
  readonly html?: string;
  readonly json?: boolean;
}

export function explainCommand(io: Io, outcome: Outcome): Command {
  return new Command('explain')
    .summary('explain why an action is allowed or denied')
    .description('Explains why an action is allowed, denied or undecided. Exits with 1 if it is not allowed.')
    .argument('<actor>', 'a fixture, or a value such as User{id: 7}')
    .argument('<action>', 'an action, such as read')
    .argument('<resource>', 'a fixture, a type such as Note, or a value such as Note{id: 1}')
    .addOption(configOption())
    .addOption(policyOption())
    .option('--field <name>', 'explain the access to a field of the resource')
    .option('--html <file>', 'write a page with the rules and the conditions')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook explain ann read report
  nanook explain 'User{id: 7}' create Note --html why.html`,
    )
    .action(async (actor: string, action: string, resource: string, flags: ExplainFlags) => {
      const { config, policy, field, html, json } = flags;
      const { authorizer, value } = await openProject({ config, paths: policy });
      const [who, what] = [value(actor), value(resource)];
      if (field !== undefined && !authorizer.policy.rules.includes('allow_field'))
        throw new UsageError('--field needs a rule `allow_field`, which the policies do not have');
      const explanation =
        field === undefined
          ? await authorizer.explain(who, action, what)
          : await authorizer.explainField(who, action, what, field);
      if (html !== undefined) {
        await writeOutput(html, renderExplanationPage(explanation));
        io.err(`${html} is written`);
      }
      if (json === true) io.out(JSON.stringify(explanation, undefined, 2));
      else io.out(renderExplanation(explanation, { color: io.colors.isColorSupported }));
      outcome.code = explanation.outcome === 'allowed' ? ExitCode.fine : ExitCode.findings;
    });
}
