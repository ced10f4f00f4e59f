import { Command } from 'commander';
import type { Io } from '../output/io.js';
import { undecidedLine } from '../output/undecided-line.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';

interface WhatCanFlags extends ProjectFlags {
  readonly json?: boolean;
}

export function whatCanCommand(io: Io): Command {
  return new Command('what-can')
    .summary('list the actions that an actor may perform on a resource')
    .description('Lists the actions that an actor may perform on a resource.')
    .argument('<actor>', 'a fixture, or a value such as User{id: 7}')
    .argument('<resource>', 'a fixture, a type such as Note, or a value such as Note{id: 1}')
    .addOption(configOption())
    .addOption(policyOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook what-can ann report')
    .action(async (actor: string, resource: string, { config, policy, json }: WhatCanFlags) => {
      const { authorizer, value } = await openProject({ config, paths: policy });
      const { allowed, undecided } = await authorizer.whatCan(value(actor), value(resource), {
        allowWildcard: true,
      });
      if (json === true) {
        io.out(JSON.stringify({ allowed, undecided: undecided.map(({ action }) => action) }, undefined, 2));
        return;
      }
      io.out(allowed.length === 0 ? 'no action is allowed' : allowed.join('\n'));
      for (const { action, error } of undecided) io.out(undecidedLine(action, error, io));
    });
}
