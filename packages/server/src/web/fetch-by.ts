import type { Connection } from '../callers/caller.js';
import type { Answer } from '../messages/answer.js';
import { brokenBody } from '../messages/request-error.js';
import type { ReadBody, ServerRequest } from '../messages/server-request.js';

/** Answers a `Request` with a `Response`. */
export type Fetch = (request: Request, connection?: Connection) => Promise<Response>;

/** Returns the `fetch` of a server. */
export const fetchBy =
  (answer: (request: ServerRequest, connection: Connection) => Promise<Answer>): Fetch =>
  async (request, connection = {}) => {
    const { method, url, headers } = request;
    const { pathname, search } = new URL(url);
    const target = connection.target ?? `${pathname}${search}`;
    return responseOf(
      await answer({ method, url, target, headers, readBody: bodyReaderOf(request) }, connection),
    );
  };

const responseOf = ({ status, headers, text }: Answer): Response => new Response(text, { status, headers });

const bodyReaderOf =
  (request: Request): ReadBody =>
  async (take, signal) => {
    if (request.bodyUsed) throw new Error('the body of the request was read before');
    const reader = request.body?.getReader();
    if (reader === undefined) return;
    const cancel = (): void => void reader.cancel().catch(() => {});
    signal.addEventListener('abort', cancel);
    try {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
        const { done, value } = await reader.read().catch(() => {
          throw brokenBody();
        });
        // A canceled reader ends as a complete body does.
        if (done) return;
        take(value);
      }
    } catch (error) {
      cancel();
      throw error;
    }
  };
