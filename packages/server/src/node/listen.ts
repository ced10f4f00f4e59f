import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestServer } from '../server/request-server.js';
import { toNodeHandler } from './to-node-handler.js';

/** Options of `listen`. */
export interface ListenOptions {
  /** Default: 8181; 0 for a free port. */
  readonly port?: number;
  /** The address. Default: `127.0.0.1`, which only this machine reaches. */
  readonly host?: string;
  /** The certificate of the server, for HTTPS, and the authorities of client certificates. Each is a text in the format PEM. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** A decision server that listens on a port. */
export interface ListeningServer {
  /** The address, such as `http://127.0.0.1:8181`. */
  readonly url: string;
  /** Ends the server as `DecisionServer.close` does, then closes the port. */
  close(this: void, options?: { readonly drainMs?: number }): Promise<void>;
}

/** Slow headers and idle connections end, so that they cannot use up the connections. A balancer keeps idle ones for 60 seconds. */
const timeouts: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  // The default is 30 seconds, which would be the time of slow headers.
  connectionsCheckingInterval: 2_000,
};
/** The time for answers that are not sent completely. */
const lastAnswersMs = 1_000;

/**
 * Starts a server without a framework.
 *
 * @example
 * const { url, close } = await listen(server, { port: 8181 });
 */
export async function listen(
  server: RequestServer,
  { port = 8181, host = '127.0.0.1', tls }: ListenOptions = {},
): Promise<ListeningServer> {
  const handler = toNodeHandler(server);
  const http: Server =
    tls === undefined ? createHttpServer(timeouts, handler) : createHttpsServer(tlsOptions(tls), handler);
  // Without a listener, Node closes the connection. Envoy can be configured to allow a request whose check fails.
  http.on(
    'connect',
    (_, socket) => void socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'),
  );
  let isClosing = false;
  http.prependListener('request', (_, response) => {
    if (isClosing) response.setHeader('Connection', 'close');
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
  const { address, family, port: used } = http.address() as AddressInfo;
  const name = family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${name}:${used}`,
    close: async (options) => {
      // Callers that keep connections leave them, before the port is closed.
      isClosing = true;
      await server.close(options);
      await closeHttp(http);
    },
  };
}

const tlsOptions = ({ cert, key, clientCa }: NonNullable<ListenOptions['tls']>) => ({
  ...timeouts,
  cert,
  key,
  // Probes have no certificate, so a connection without one is possible. `callers` decides about its requests.
  ...(clientCa !== undefined && { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
});

async function closeHttp(http: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void http.close(() => resolve()));
  http.closeIdleConnections();
  const timer = setTimeout(() => http.closeAllConnections(), lastAnswersMs);
  await closed;
  clearTimeout(timer);
}
