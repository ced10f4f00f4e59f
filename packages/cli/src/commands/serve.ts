import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { readProject } from '../project/read-project.js';
import { startServer, type ServeOptions } from '../serve/start-server.js';
import { configOption, nonNegativeInteger, policyOption, type ProjectFlags } from './common-options.js';

interface ServeFlags extends ProjectFlags {
  readonly port: number;
  readonly envoyPort: number;
  readonly host: string;
  readonly baseUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly clientCa?: string;
  readonly drain: number;
}

export function serveCommand(io: Io): Command {
  return new Command('serve')
    .summary('start a decision server')
    .description(
      'Starts a decision server with the policies and the option `server` of the configuration: the Authorization API of AuthZEN for services ' +
        'in any language. It writes one line of JSON for each request, and ends at SIGTERM without a lost request.',
    )
    .option('--port <number>', 'the port; 0 for a free one', port, 8181)
    .option('--host <address>', 'the address; the default is reached only by this machine', '127.0.0.1')
    .option(
      '--envoy-port <number>',
      'the port for Envoy, if the configuration has `server.envoy`',
      port,
      8182,
    )
    .option('--base-url <url>', 'the public address, if the configuration has none')
    .option('--tls-cert <file>', 'the certificate of the server, for HTTPS')
    .option('--tls-key <file>', 'the private key of the certificate')
    .option('--client-ca <file>', 'the authorities of client certificates')
    .option(
      '--drain <milliseconds>',
      'the time after SIGTERM in which new requests are still answered',
      nonNegativeInteger('--drain'),
      5_000,
    )
    .addOption(configOption())
    .addOption(policyOption())
    .addHelpText('after', '\nExample:\n  nanook serve --port 8181')
    .action(async (flags: ServeFlags) => {
      const project = await readProject({ config: flags.config, paths: flags.policy });
      const stop = stopSignal();
      const running = await startServer(project, await optionsOf(flags), io);
      await stop;
      await running.close(flags.drain);
      io.endAfterwards?.();
    });
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError(`--port expects a number up to 65535, found ${text}.`);
  return Number(text);
}

/** Returns a promise that the first signal fulfills. A second one ends the process as usual. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    const names = ['SIGTERM', 'SIGINT'] as const;
    const stop = (): void => {
      for (const name of names) process.off(name, stop);
      resolve();
    };
    for (const name of names) process.on(name, stop);
  });

async function optionsOf(flags: ServeFlags): Promise<ServeOptions> {
  const { port: number, envoyPort, host, baseUrl, tlsCert, tlsKey, clientCa } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageError('--tls-cert and --tls-key need each other');
  if (clientCa !== undefined && tlsCert === undefined)
    throw new UsageError('--client-ca needs --tls-cert and --tls-key');
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : {
          cert: await readPem(tlsCert),
          key: await readPem(tlsKey),
          ...(clientCa !== undefined && { clientCa: await readPem(clientCa) }),
        };
  return { port: number, envoyPort, host, baseUrl, tls };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}
