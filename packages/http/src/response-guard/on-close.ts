import type { ServerResponse } from 'node:http';

/**
 * Calls a listener when a response of Node closes, or at once if it is closed.
 *
 * @returns a function that removes the listener
 * @internal for adapters
 */
export function onClose(response: ServerResponse, listener: () => void): () => void {
  if (response.closed) listener();
  else response.once('close', listener);
  return () => void response.off('close', listener);
}
