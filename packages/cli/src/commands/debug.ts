import { Command } from 'commander';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { UsageError } from '../errors/usage-error.js';
import { configOption, policyOption, type ProjectFlags } from './common-options.js';
import { openProject } from './opened.js';
import type { Outcome } from './outcome.js';

interface DebugFlags extends ProjectFlags {
  readonly attach?: string;
  readonly token?: string;
  readonly dap?: boolean;
}

export function debugCommand(io: Io, outcome: Outcome): Command {
  return new Command('debug')
    .summary('step through a query or a check')
    .description(
      'Steps through a query or a check, forward and back. With --attach, through the checks of a process that was started with NANOOK_INSPECT.',
    )
    .argument('[query...]', 'a query, or an actor, an action and a resource as for nanook explain')
    .addOption(configOption())
    .addOption(policyOption())
    .option('--attach <address>', 'the address of a process, such as 127.0.0.1:9230')
    .option(
      '--token <token>',
      'the token that the process has printed; default: the variable NANOOK_INSPECT_TOKEN',
    )
    .option('--dap', 'serve an editor over the standard input and output, as a debug adapter')
    .addHelpText(
      'after',
      `
Examples:
  nanook debug ann edit report
  nanook debug 'has_role(user, "owner", acme)'
  nanook debug --attach 127.0.0.1:9230 --token 4f1c…`,
    )
    .action(async (words: readonly string[], flags: DebugFlags) => {
      const { config, policy, attach, token = process.env['NANOOK_INSPECT_TOKEN'] ?? '', dap } = flags;
      if (dap === true) {
        if (io.input.isTTY === true)
          throw new UsageError(
            '--dap serves an editor, which starts the command itself; nanook debug works in a terminal',
          );
        const { serveEditor } = await import('../debug/debug-adapter.js');
        return serveEditor();
      }
      if (attach !== undefined) {
        if (words.length > 0)
          throw new UsageError('--attach takes no query; the process starts its queries itself');
        const { attachTerminal } = await import('../debug/run-terminal.js');
        return attachTerminal(attach, token, io);
      }
      const { debugInTerminal } = await import('../debug/run-terminal.js');
      const result = await debugInTerminal(await openProject({ config, paths: policy }), words, io);
      if (result === false || result === 0) outcome.code = ExitCode.findings;
    });
}
