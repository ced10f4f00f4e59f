import { spawn } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import { Explorer } from '../explore/explorer.js';
import { ExplorerServer } from '../explore/explorer-server.js';
import { readPageFiles } from '../explore/page-files.js';
import type { Io } from '../output/io.js';
import { watchProject } from '../project/watch-project.js';
import { configOption, policyOption, type ProjectFlags } from './common-options.js';

interface ExploreFlags extends ProjectFlags {
  readonly application?: string;
  readonly log?: readonly string[];
  readonly port: number;
  readonly edit?: boolean;
  readonly open?: boolean;
}

/** @param pageFiles returns the files of the page; tests have another page */
export function exploreCommand(io: Io, pageFiles: typeof readPageFiles = readPageFiles): Command {
  return new Command('explore')
    .summary('explore the project in a browser')
    .description(
      'Serves a page that decides, explains and tests with the policies, types and fixtures of the project, and follows their changes, ' +
        'until Ctrl+C. Only this machine reaches it, with the token in its address.',
    )
    .addOption(configOption())
    .addOption(policyOption())
    .option(
      '-a, --application <module>',
      'the module of the application whose routes are shown, such as src/app.ts or src/app.ts#app',
    )
    .option('--log <files...>', 'files and folders of a decision log, whose decisions are shown')
    .option('--port <number>', 'the port; default: a free one', portNumber, 0)
    .option('--edit', 'allow changes from the start; a policy is written only by the button Save')
    .option('--open', 'open the page in the browser; ignored in CI')
    .addHelpText(
      'after',
      `
Examples:
  nanook explore --open
  nanook explore --application src/app.ts --log audit/`,
    )
    .action(async ({ config, policy, application, log, port, edit, open }: ExploreFlags) => {
      const explorer = new Explorer({
        config,
        paths: policy,
        application,
        log,
        isEditable: edit === true,
      });
      const server = await ExplorerServer.start(explorer, await pageFiles(), port);
      try {
        io.out(`The explorer is at ${server.address}`);
        if (open === true && !io.isCi) openBrowser(server.address, io);
        await watchProject(() => explorer.read(), io);
      } finally {
        await server.close();
        // An application that was loaded for its routes can still work, for example on a connection.
        io.endAfterwards?.();
      }
    });
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError(`--port expects a number from 0 to 65535, found ${text}.`);
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

function openBrowser(address: string, io: Io): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, address], { stdio: 'ignore', detached: true })
    .on('error', () => io.err('the browser cannot be opened; open the address yourself'))
    .unref();
}
