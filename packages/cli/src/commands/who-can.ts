import { Command } from 'commander';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { undecidedLine } from '../output/undecided-line.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';

interface WhoCanFlags extends ProjectFlags {
  readonly actors?: readonly string[];
  readonly json?: boolean;
}

export function whoCanCommand(io: Io): Command {
  return new Command('who-can')
    .summary('list the fixtures that may perform an action on a resource')
    .description('Lists the fixtures that may perform an action on a resource.')
    .argument('<action>', 'an action, such as read')
    .argument('<resource>', 'a fixture, a type such as Note, or a value such as Note{id: 1}')
    .addOption(configOption())
    .addOption(policyOption())
    .option('--actors <names...>', 'the actors to check; default: all fixtures')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook who-can read report --actors ann ben')
    .action(async (action: string, resource: string, { config, policy, actors, json }: WhoCanFlags) => {
      const { authorizer, fixtures, value } = await openProject({ config, paths: policy });
      authorizer.policy.requireGrant(action);
      const names = actors ?? Object.keys(fixtures);
      if (names.length === 0)
        throw new UsageError(
          "who-can checks the fixtures, and the configuration has none; add fixtures, or name actors: --actors 'User{id: 7}'",
        );
      const namesOf = new Map<unknown, string[]>();
      for (const name of new Set(names)) {
        const actor = value(name);
        namesOf.set(actor, [...(namesOf.get(actor) ?? []), name]);
      }
      const found = await authorizer.whoCan(action, value(resource), namesOf.keys());
      const allowed = found.allowed.flatMap((actor) => namesOf.get(actor)!);
      const undecided = found.undecided.flatMap(({ actor, error }) =>
        namesOf.get(actor)!.map((name) => ({ name, error })),
      );
      if (json === true) {
        io.out(JSON.stringify({ allowed, undecided: undecided.map(({ name }) => name) }, undefined, 2));
        return;
      }
      io.out(allowed.length === 0 ? 'no fixture may perform the action' : allowed.join('\n'));
      for (const { name, error } of undecided) io.out(undecidedLine(name, error, io));
    });
}
