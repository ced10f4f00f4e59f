import { isPolarError } from '@nanook/core';
import { Command, CommanderError } from 'commander';
import { addCommands } from './all-commands.js';
import type { Outcome } from './commands/outcome.js';
import { manifest } from './manifest.js';
import { messageOf } from './errors/message-of.js';
import { UsageError } from './errors/usage-error.js';
import { ExitCode } from './output/exit-code.js';
import type { Io } from './output/io.js';

/**
 * Runs the command `nanook`.
 *
 * @param args the arguments after the name of the command
 * @returns the exit code: 0 for success, 1 for findings, 2 for wrong usage
 */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  const outcome: Outcome = { code: ExitCode.fine };
  const program = new Command('nanook')
    .description('Checks, formats, queries and explains policies written in Polar.')
    .version(manifest.version, '-v, --version')
    .showHelpAfterError('(add --help for the options)');
  await addCommands(args[0], { io, outcome, program });
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return outcome.code;
  } catch (error) {
    // Commander has written its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.fine : ExitCode.wrongUsage;
    if (isPolarError(error)) {
      io.err(error.message);
      // An option of the configuration, or a type or an action in an argument, cannot be used.
      return error.code.startsWith('POLAR_TYPE_') ? ExitCode.wrongUsage : ExitCode.findings;
    }
    io.err(error instanceof UsageError ? error.message : messageOf(error));
    return ExitCode.wrongUsage;
  }
}
