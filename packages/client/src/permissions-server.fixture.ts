/** A request that a client has sent, which a test answers when it wants. */
export class SentRequest {
  readonly names: readonly string[];
  readonly headers: Headers;
  #deliver!: (response: Response) => void;
  #fail!: (error: unknown) => void;
  readonly response = new Promise<Response>((resolve, reject) => {
    this.#deliver = resolve;
    this.#fail = reject;
  });
  /** The response that the server has made, and not delivered yet. */
  made: Response | undefined;
  isOver = false;

  constructor(
    readonly init: RequestInit,
    ignoresAbort: boolean,
  ) {
    const { resources } = JSON.parse(init.body as string) as {
      resources: readonly { type: string; id?: string }[];
    };
    this.names = resources.map(({ type, id }) => (id === undefined ? type : `${type}:${id}`));
    this.headers = new Headers(init.headers);
    if (!ignoresAbort) init.signal?.addEventListener('abort', () => this.fail(init.signal!.reason));
  }

  get isAborted(): boolean {
    return this.init.signal?.aborted === true;
  }

  deliver(response: Response | undefined = this.made): void {
    this.isOver = true;
    this.#deliver(response!);
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.#fail(error);
  }

  /** Makes an answer by a key and the actions on each resource. */
  answer(key: string, actionsOn: (name: string) => readonly string[] = () => []): this {
    const answers = this.names.map((name) => {
      const [type, id] = name.split(':');
      return { type, id, actions: actionsOn(name) };
    });
    this.made = Response.json({ key, answers });
    return this;
  }
}

/** A server that answers no request by itself. */
export class PermissionsServer {
  readonly sent: SentRequest[] = [];

  /** @param ignoresAbort whether responses also come after a request was aborted, as from a service worker */
  constructor(readonly ignoresAbort = false) {}

  readonly fetch = ((_url: unknown, init: RequestInit) => {
    const request = new SentRequest(init, this.ignoresAbort);
    this.sent.push(request);
    return request.response;
  }) as typeof globalThis.fetch;

  /** The requests without a response. */
  get open(): readonly SentRequest[] {
    return this.sent.filter(({ isOver }) => !isOver);
  }
}

/** Waits until all promises that are due have settled. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
