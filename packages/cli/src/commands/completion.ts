import { Argument, Command } from 'commander';
import type { CompletedCommand } from '../completion/command-tree.js';
import type { Io } from '../output/io.js';

type Shell = 'bash' | 'zsh' | 'fish';

/** @param program the command whose commands and options are completed */
export function completionCommand(io: Io, program: Command): Command {
  return new Command('completion')
    .summary('print the completion script of a shell')
    .description(
      'Prints a script with which a shell completes commands, options and policies. A script has no form in JSON.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  eval "$(nanook completion bash)"                                  in ~/.bashrc
  eval "$(nanook completion zsh)"                                   in ~/.zshrc, after compinit
  nanook completion fish > ~/.config/fish/completions/nanook.fish`,
    )
    .action(async (shell: Shell) => {
      const [{ commandTree }, script] = await Promise.all([
        import('../completion/command-tree.js'),
        scriptOf(shell),
      ]);
      io.write(script(commandTree(program)));
    });
}

async function scriptOf(shell: Shell): Promise<(program: CompletedCommand) => string> {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.js')).bashScript;
    case 'zsh':
      return (await import('../completion/zsh.js')).zshScript;
    case 'fish':
      return (await import('../completion/fish.js')).fishScript;
  }
}
