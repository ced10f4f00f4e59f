/** A request that is refused. The caller receives the status and the message, so the message never contains the text of another error. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const badRequest = (message: string): RequestError => new RequestError(400, message);

export const brokenBody = (): RequestError => badRequest('the body ended too early');
