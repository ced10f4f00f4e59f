import type { Command } from 'commander';
import { docsUrl } from './codes/docs-url.js';
import type { Outcome } from './commands/outcome.js';
import { manifest } from './manifest.js';
import type { Io } from './output/io.js';

/** The parts that commands are made of. */
interface CommandContext {
  readonly io: Io;
  readonly outcome: Outcome;
  readonly program: Command;
}

type CommandLoader = (context: CommandContext) => Promise<Command>;

/**
 * The commands by their names, in the order of the help. A command loads its modules only when it runs, or for the help and the completion
 * of all commands, so that `nanook repl` does not wait for the parsers of other commands.
 */
const loaders: Readonly<Record<string, CommandLoader>> = {
  init: async ({ io }) => (await import('./commands/init.js')).initCommand(io),
  check: async ({ io, outcome }) => (await import('./commands/check.js')).checkCommand(io, outcome),
  code: async ({ io }) => (await import('./commands/code.js')).codeCommand(io),
  fmt: async ({ io, outcome }) => (await import('./commands/fmt.js')).fmtCommand(io, outcome),
  test: async ({ io, outcome }) => (await import('./commands/test.js')).testCommand(io, outcome),
  query: async ({ io, outcome }) => (await import('./commands/query.js')).queryCommand(io, outcome),
  explain: async ({ io, outcome }) => (await import('./commands/explain.js')).explainCommand(io, outcome),
  'who-can': async ({ io }) => (await import('./commands/who-can.js')).whoCanCommand(io),
  'what-can': async ({ io }) => (await import('./commands/what-can.js')).whatCanCommand(io),
  where: async ({ io }) => (await import('./commands/where.js')).whereCommand(io),
  diff: async ({ io, outcome }) => (await import('./commands/diff.js')).diffCommand(io, outcome),
  log: async ({ io }) => (await import('./commands/log.js')).logCommand(io),
  shadow: async ({ io, outcome }) => (await import('./commands/shadow.js')).shadowCommand(io, outcome),
  profile: async ({ io }) => (await import('./commands/profile.js')).profileCommand(io),
  bench: async ({ io, outcome }) => (await import('./commands/bench.js')).benchCommand(io, outcome),
  graph: async ({ io }) => (await import('./commands/graph.js')).graphCommand(io),
  explore: async ({ io }) => (await import('./commands/explore.js')).exploreCommand(io),
  compile: async ({ io }) => (await import('./commands/compile.js')).compileCommand(io),
  bundle: async ({ io, outcome }) => (await import('./commands/bundle.js')).bundleCommand(io, outcome),
  serve: async ({ io }) => (await import('./commands/serve.js')).serveCommand(io),
  fleet: async ({ io, outcome }) => (await import('./commands/fleet.js')).fleetCommand(io, outcome),
  migrate: async ({ io, outcome }) =>
    (await import('./commands/migrate.js')).migrateCommand(io, outcome, manifest.version),
  typegen: async ({ io, outcome }) => (await import('./commands/typegen.js')).typegenCommand(io, outcome),
  audit: async ({ io, outcome }) => (await import('./commands/audit.js')).auditCommand(io, outcome),
  repl: async ({ io }) => (await import('./commands/repl.js')).replCommand(io),
  debug: async ({ io, outcome }) => (await import('./commands/debug.js')).debugCommand(io, outcome),
  completion: async ({ io, program }) =>
    (await import('./commands/completion.js')).completionCommand(io, program),
};

/** Adds the command of this name to the program; all commands for another word, and for those that name other commands. */
export async function addCommands(name: string | undefined, context: CommandContext): Promise<void> {
  if (name === '--version' || name === '-v') return;
  const isOne = name !== undefined && name !== 'completion' && Object.hasOwn(loaders, name);
  const used = isOne ? [loaders[name]!] : Object.values(loaders);
  for (const command of await Promise.all(used.map((load) => load(context))))
    context.program.addCommand(command.addHelpText('after', pageLink(command.name())));
}

/** Returns the address of the page about a command, below an empty line. */
const pageLink = (command: string): string => `\n${docsUrl(`guides/command-line/${command}`)}`;
