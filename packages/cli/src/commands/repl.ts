import { Command } from 'commander';
import type { Io } from '../output/io.js';
import { configOption } from './common-options.js';

export function replCommand(io: Io): Command {
  return new Command('repl')
    .summary('ask queries in a terminal')
    .description(
      'Answers queries and explains them, with the fixtures of the configuration. :help lists the commands.',
    )
    .argument('[paths...]', 'files, folders and globs; default: the policies of the configuration')
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  nanook repl
  nanook repl policy/ < queries.txt   answer one query a line`,
    )
    .action(async (paths: readonly string[], { config }: { readonly config?: string }) => {
      const [{ Session }, { runRepl }] = await Promise.all([
        import('../repl/session.js'),
        import('../repl/run-repl.js'),
      ]);
      const session = await Session.open({ config, paths }, io);
      if (io.input.isTTY === true) io.out('Enter a query, or :help.');
      await runRepl(session, io.input);
    });
}
