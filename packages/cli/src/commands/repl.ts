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
      const isTerminal = io.input.isTTY === true;
      if (isTerminal) io.out('Enter a query, or :help.');
      // A warning of the load erases the prompt, which is written again after the load.
      const err = (text: string): void => io.err(isTerminal ? `\r\u001B[K${text}` : text);
      await runRepl(() => Session.open({ config, paths }, { ...io, err }), io.input);
    });
}
