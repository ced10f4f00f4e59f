import { isPolarError } from '@nanook/core';
import { Command, CommanderError } from 'commander';
import { auditCommand } from './commands/audit.js';
import { bundleCommand } from './commands/bundle.js';
import { checkCommand } from './commands/check.js';
import { codeCommand } from './commands/code.js';
import { compileCommand } from './commands/compile.js';
import { completionCommand } from './commands/completion.js';
import { debugCommand } from './commands/debug.js';
import { diffCommand } from './commands/diff.js';
import { explainCommand } from './commands/explain.js';
import { fmtCommand } from './commands/fmt.js';
import { graphCommand } from './commands/graph.js';
import { initCommand } from './commands/init.js';
import { logCommand } from './commands/log.js';
import { migrateCommand } from './commands/migrate.js';
import type { Outcome } from './commands/outcome.js';
import { queryCommand } from './commands/query.js';
import { replCommand } from './commands/repl.js';
import { shadowCommand } from './commands/shadow.js';
import { testCommand } from './commands/test.js';
import { typegenCommand } from './commands/typegen.js';
import { whatCanCommand } from './commands/what-can.js';
import { whereCommand } from './commands/where.js';
import { whoCanCommand } from './commands/who-can.js';
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
  program
    .addCommand(initCommand(io))
    .addCommand(checkCommand(io, outcome))
    .addCommand(codeCommand(io))
    .addCommand(fmtCommand(io, outcome))
    .addCommand(testCommand(io, outcome))
    .addCommand(queryCommand(io, outcome))
    .addCommand(explainCommand(io, outcome))
    .addCommand(whoCanCommand(io))
    .addCommand(whatCanCommand(io))
    .addCommand(whereCommand(io))
    .addCommand(diffCommand(io, outcome))
    .addCommand(logCommand(io))
    .addCommand(shadowCommand(io, outcome))
    .addCommand(graphCommand(io))
    .addCommand(compileCommand(io))
    .addCommand(bundleCommand(io, outcome))
    .addCommand(migrateCommand(io, outcome, manifest.version))
    .addCommand(typegenCommand(io, outcome))
    .addCommand(auditCommand(io, outcome))
    .addCommand(replCommand(io))
    .addCommand(debugCommand(io, outcome))
    .addCommand(completionCommand(io, program));
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
      return ExitCode.findings;
    }
    io.err(error instanceof UsageError ? error.message : messageOf(error));
    return ExitCode.wrongUsage;
  }
}
