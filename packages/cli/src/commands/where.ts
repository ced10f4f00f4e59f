import { sql } from '@nanook/orm/sql';
import { Command } from 'commander';
import type { Io } from '../output/io.js';
import { configOption, jsonOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';

interface WhereFlags extends ProjectFlags {
  readonly json?: boolean;
}

export function whereCommand(io: Io): Command {
  return new Command('where')
    .summary('print the condition of the rows on which an actor may perform an action')
    .description(
      'Prints the condition of the rows on which an actor may perform an action, the rules that it comes from, and, if the configuration ' +
        'has the option sql, the query.',
    )
    .argument('<actor>', 'a fixture, or a value such as User{id: 7}')
    .argument('<action>', 'an action, such as read')
    .argument('<type>', 'a type that declares its fields')
    .addOption(configOption())
    .addOption(policyOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook where ann read Note')
    .action(async (actor: string, action: string, type: string, { config, policy, json }: WhereFlags) => {
      const { project, authorizer, value } = await openProject({ config, paths: policy });
      const who = value(actor);
      authorizer.policy.requireGrant(action);
      const { text, ...explanation } = await authorizer.explainWhere(who, action, type);
      const options = project.config.sql;
      const printed =
        options === undefined ? undefined : sql(options)(await authorizer.where(who, action, type));
      const query = printed && {
        ...printed,
        values: explanation.hidesValues ? printed.values.map(() => '***') : printed.values,
      };
      if (json === true) {
        io.out(JSON.stringify({ ...explanation, query }, undefined, 2));
        return;
      }
      io.out(text);
      if (query === undefined) return;
      io.out(`\n${io.colors.bold('query:')} WHERE ${query.text}`);
      query.values.forEach((value, index) => io.out(`  ${index + 1}: ${JSON.stringify(value)}`));
    });
}
