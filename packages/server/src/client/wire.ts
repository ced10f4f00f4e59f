import { NanookServerError } from '../errors/nanook-server-error.js';
import { Deadline } from '../decisions/deadline.js';
import { factsHeader } from '../messages/facts-header.js';
import { minRevisionHeader } from '../messages/min-revision.js';
import { RequestError } from '../messages/request-error.js';
import { parseStrictJson } from '../messages/strict-json.js';
import type { RemoteOptions } from './remote-options.js';

const firstRetryMs = 50;
/** The statuses of a proxy or a server that is not ready for a moment. */
const retried = new Set([429, 502, 503, 504]);
const maxAnswerCharacters = 16 * 1024 * 1024;

/** Sends requests to a decision server, and repeats them while there is time. */
export class Wire {
  readonly #base: string;
  readonly #options: RemoteOptions;

  /** @param base the address without a slash at its end */
  constructor(base: string, options: RemoteOptions) {
    this.#base = base;
    this.#options = options;
  }

  /**
   * Sends a request.
   *
   * @param body the JSON text
   * @param hasFacts whether the body has facts, which the server must not ignore
   * @returns the JSON of the answer
   * @throws {NanookServerError} `NANOOK_SERVER_UNREACHABLE`, `NANOOK_SERVER_REFUSED`, `NANOOK_SERVER_INVALID_ANSWER`
   */
  async post(path: string, body: string, hasFacts: boolean): Promise<unknown> {
    const url = `${this.#base}${path}`;
    const { timeoutMs = 2_000, retries = 2 } = this.#options;
    const deadline = performance.now() + timeoutMs;
    for (let attempt = 0; ; attempt++) {
      // oxlint-disable no-await-in-loop -- one attempt after the other
      const answer = await this.#attempt(url, { body, hasFacts }, Math.max(0, deadline - performance.now()));
      if (!(answer instanceof Failure)) return answer.json;
      const waitMs = answer.retryAfterMs ?? firstRetryMs * 2 ** attempt * (1 + Math.random());
      const isLast = !answer.canRetry || attempt >= retries || performance.now() + waitMs >= deadline;
      if (isLast) throw answer.error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      // oxlint-enable no-await-in-loop
    }
  }

  async #attempt(
    url: string,
    message: Message,
    timeoutMs: number,
  ): Promise<{ readonly json: unknown } | Failure> {
    const deadline = new Deadline(
      timeoutMs,
      () => new Error(`no answer within ${this.#options.timeoutMs ?? 2_000} ms`),
    );
    let response: Response;
    let text: string | undefined;
    try {
      // A function `key`, or a `fetch` of the application, can take longer.
      response = await deadline.within(this.#send(url, message, deadline.signal));
      text = await deadline.within(readText(response));
    } catch (error) {
      const reason = reasonOf(deadline.error ?? error);
      return new Failure(
        new NanookServerError('NANOOK_SERVER_UNREACHABLE', { url, reason }, { cause: error }),
        true,
      );
    } finally {
      deadline.end();
    }
    const { status } = response;
    if (status === 200 && message.hasFacts && response.headers.get(factsHeader) === null)
      return invalidAnswer(url, `without the header ${factsHeader}, it may ignore the facts of the request`);
    if (status === 200) return parsed(url, text);
    const reason = text?.slice(0, 200) ?? 'it is too large';
    return new Failure(
      new NanookServerError('NANOOK_SERVER_REFUSED', { url, status, reason }),
      retried.has(status),
      secondsOf(response.headers.get('Retry-After')),
    );
  }

  async #send(url: string, { body, hasFacts }: Message, signal: AbortSignal): Promise<Response> {
    const { key, minRevision, fetch: send = fetch } = this.#options;
    const token = typeof key === 'function' ? await key() : key;
    return send(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(hasFacts && { [factsHeader]: 'required' }),
        ...(minRevision !== undefined && { [minRevisionHeader]: String(minRevision) }),
      },
      body,
      signal,
      // The key must not reach another server.
      redirect: 'error',
    });
  }
}

interface Message {
  /** The JSON text. */
  readonly body: string;
  readonly hasFacts: boolean;
}

/** An attempt without an answer. */
class Failure {
  constructor(
    readonly error: NanookServerError,
    readonly canRetry: boolean,
    readonly retryAfterMs?: number,
  ) {}
}

/** Returns the body of an answer; undefined if it is too large. */
async function readText({ body }: Response): Promise<string | undefined> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length <= maxAnswerCharacters) continue;
    void reader.cancel().catch(() => {});
    return undefined;
  }
}

const invalidAnswer = (url: string, reason: string): Failure =>
  new Failure(new NanookServerError('NANOOK_SERVER_INVALID_ANSWER', { url, reason }), false);

function parsed(url: string, text: string | undefined): { readonly json: unknown } | Failure {
  if (text === undefined) return invalidAnswer(url, 'it is too large');
  try {
    // With two decisions in one answer, a proxy and this client could read different ones.
    return { json: parseStrictJson(text) };
  } catch (error) {
    if (error instanceof RequestError) return invalidAnswer(url, error.message);
    throw error;
  }
}

const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d+$/.test(header) ? Number(header) * 1_000 : undefined;

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { message?: unknown } };
  return String(cause?.message ?? message ?? error);
}
