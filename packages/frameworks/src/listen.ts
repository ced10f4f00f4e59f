import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Waits until the server listens. */
export async function listenOn(
  server: Server,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
