import { isIP } from 'node:net';
import { Authorizer } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { followPolicies, isNanookPoliciesError, type PolicyFollower } from '@nanook/policies';
import { decisionServer, isNanookServerError, type AnsweredRequest } from '@nanook/server';
import { envoyServer } from '@nanook/server/envoy';
import { listen, type ListeningServer, type ListenOptions } from '@nanook/server/node';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { printable } from '../output/printable.js';
import type { Project } from '../project/project.js';
import type { ServerConfig } from '../project/server-config.js';

/** The place at which a server listens. */
export interface ServeOptions {
  readonly port: number;
  /** The port for Envoy. */
  readonly envoyPort: number;
  readonly host: string;
  readonly baseUrl: string | undefined;
  readonly tls: ListenOptions['tls'];
}

/** A server that runs. */
export interface RunningServer {
  /** Ends it. @param drainMs the time in which new requests are still answered */
  close(drainMs: number): Promise<void>;
}

/**
 * Starts the server of a project.
 *
 * @throws {UsageError} when the configuration or the place cannot be used
 * @throws {PolicyError} when a policy has an error
 */
export async function startServer(project: Project, options: ServeOptions, io: Io): Promise<RunningServer> {
  const log = logLines(io);
  const config = await serverConfig(project);
  const { authorizer: furtherOptions, follow, envoy, close, ...serverOptions } = config;
  const authorizer = await Authorizer.load({ ...project.authorizerOptions(() => {}), ...furtherOptions });
  const reportError = (error: unknown): void => log('error', errorFields(error));
  const ports: ListeningServer[] = [];
  let follower: PolicyFollower | undefined;
  try {
    follower = await startFollower(authorizer, follow, log);
    const server = usable(project, () =>
      decisionServer({
        ...serverOptions,
        authorizer,
        baseUrl: config.baseUrl ?? options.baseUrl ?? localUrl(options),
        ...(follower !== undefined && { follower }),
        onRequest: (request) => {
          if (!isProbe(request)) log('request', { ...request });
        },
        onError: reportError,
      }),
    );
    const { bearer: _, ...envoyCallers } = serverOptions.callers;
    const forEnvoy =
      envoy === undefined
        ? undefined
        : usable(project, () =>
            envoyServer({ ...envoy, authorizer, callers: envoyCallers, onError: reportError }),
          );
    await authorizer.warmUp();
    ports.push(await listenAt(server, options));
    if (forEnvoy !== undefined) ports.push(await listenAt(forEnvoy, { ...options, port: options.envoyPort }));
    const { hash, version } = authorizer.policy;
    log('listening', { url: ports[0]?.url, envoy: ports[1]?.url, policy: hash, version });
    return {
      close: async (drainMs) => {
        log('closing', { drainMs });
        await Promise.all(ports.map((port) => port.close({ drainMs })));
        await follower?.close();
        await authorizer.flush();
        await close?.();
        log('closed', {});
      },
    };
  } catch (error) {
    await Promise.all(ports.map((port) => port.close()));
    await follower?.close();
    await close?.();
    throw error;
  }
}

/** Returns whether a request is a successful probe, which an orchestrator sends every few seconds. */
const isProbe = ({ endpoint, status }: AnsweredRequest): boolean =>
  status === 200 && /\/(healthz|readyz)$/.test(endpoint);

async function serverConfig({ config, configFile }: Project): Promise<ServerConfig> {
  const { server } = config;
  if (server === undefined)
    throw new UsageError(
      `${configFile ?? 'nanook.config.ts'}: expected the option \`server\` with \`callers\` and \`entities\`, but it is missing`,
    );
  let found: unknown = server;
  if (typeof server === 'function')
    try {
      found = await server();
    } catch (error) {
      throw new UsageError(`the server of ${configFile} cannot be started: ${messageOf(error)}`, {
        cause: error,
      });
    }
  if (typeof found !== 'object' || found === null)
    throw new UsageError(`${configFile}: \`server\` must be an object, found ${describeValue(found)}`);
  return found as ServerConfig;
}

async function startFollower(
  authorizer: Authorizer,
  follow: ServerConfig['follow'],
  log: LogLine,
): Promise<PolicyFollower | undefined> {
  if (follow === undefined) return undefined;
  const { source, ...options } = follow;
  try {
    return await followPolicies(authorizer, source, {
      ...options,
      onChange: (status) => {
        log('policy', { policy: status.policyHash, version: status.version, revision: status.revision });
        options.onChange?.(status);
      },
      onError: (error) => log('error', errorFields(error)),
    });
  } catch (error) {
    if (!isNanookPoliciesError(error)) throw error;
    throw new UsageError(`server.follow: ${error.message}`, { cause: error });
  }
}

function usable<Server>(project: Project, create: () => Server): Server {
  try {
    return create();
  } catch (error) {
    if (!isNanookServerError(error)) throw error;
    throw new UsageError(`${project.configFile}: server: ${error.message}`, { cause: error });
  }
}

/** Returns the address of a server that only this machine reaches. @throws {UsageError} for another one */
function localUrl({ host, port, tls }: ServeOptions): string {
  if (!/^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host))
    throw new UsageError(
      `other machines reach ${host}, so the server needs its public address: the option \`server.baseUrl\` of the configuration, or --base-url https://…`,
    );
  const name = host === '::1' ? '[::1]' : 'localhost';
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port === 0 ? 8181 : port}`;
}

async function listenAt(
  server: Parameters<typeof listen>[0],
  { port, host, tls }: ServeOptions,
): Promise<ListeningServer> {
  if (isIP(host) === 0 && host !== 'localhost')
    throw new UsageError(`--host expects an IP address such as 0.0.0.0, found ${host}`);
  try {
    return await listen(server, { port, host, ...(tls !== undefined && { tls }) });
  } catch (error) {
    throw new UsageError(`cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
  }
}

type LogLine = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Returns a function that writes one line of JSON for each event. Callers choose some of its texts, and could end a line in them. */
const logLines =
  (io: Io): LogLine =>
  (event, fields) =>
    io.out(printable(JSON.stringify({ at: new Date().toISOString(), event, ...fields })));

function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  const { code, stack } = (typeof error === 'object' && error !== null ? error : {}) as Partial<
    Record<'code' | 'stack', unknown>
  >;
  return { message: messageOf(error), ...(typeof code === 'string' && { code }), stack };
}
