import { isPolarError } from '@nanook/core';
import { Command, CommanderError } from 'commander';
import { addCommands } from './all-commands.js';
import type { Outcome } from './commands/outcome.js';
import { manifest } from './manifest.js';
import { messageOf } from './errors/message-of.js';
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
  const isJson = wantsJson(args);
  const program = new Command('nanook')
    .description('Checks, formats, queries and explains policies written in Polar.')
    .version(manifest.version, '-v, --version')
    .showHelpAfterError('(add --help for the options)');
  await addCommands(args[0], { io, outcome, program });
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])])
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => {
        if (!isJson) io.err(text.trimEnd());
      },
    });
  const report = (message: string, code?: string): void => {
    if (isJson) io.out(JSON.stringify({ error: { code, message } }, undefined, 2));
    else io.err(message);
  };
  try {
    await program.parseAsync(args, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return ExitCode.fine;
      // Commander has written its message as text.
      if (isJson) report(error.message.replace(/^error: /, ''));
      return ExitCode.wrongUsage;
    }
    if (isPolarError(error)) {
      report(error.message, error.code);
      // An option of the configuration, or a type or an action in an argument, cannot be used.
      return error.code.startsWith('POLAR_TYPE_') ? ExitCode.wrongUsage : ExitCode.findings;
    }
    report(messageOf(error));
    return ExitCode.wrongUsage;
  }
}

/** Returns whether the arguments ask for a result as JSON, also if they are wrong otherwise. */
const wantsJson = (args: readonly string[]): boolean =>
  args.some(
    (arg, i) =>
      arg === '--json' ||
      /^--(?:format|reporter)=json$/.test(arg) ||
      (/^--(?:format|reporter)$/.test(arg) && args[i + 1] === 'json'),
  );
