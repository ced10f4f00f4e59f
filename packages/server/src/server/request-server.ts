import type { Connection } from '../callers/caller.js';
import type { Answer } from '../messages/answer.js';
import type { ServerRequest } from '../messages/server-request.js';

/** A server that `@nanook/server/node` connects with Node: a `DecisionServer` or an `EnvoyServer`. */
export interface RequestServer {
  /** Answers a request of any platform. It never rejects. */
  answer(this: void, request: ServerRequest, connection: Connection): Promise<Answer>;
  /** Returns whether the server answers requests of this path. */
  handles(pathname: string): boolean;
  /** Ends the server when each running request has its answer. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
