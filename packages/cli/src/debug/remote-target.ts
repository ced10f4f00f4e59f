import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type {
  BreakpointSettings,
  DebugListener,
  DebugTarget,
  EndView,
  FoundBreakpoints,
  LogView,
  Movement,
  StopView,
  ValueView,
} from '@nanook/core/debug';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';

interface Answer {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Event =
  | { readonly event: 'stopped' | 'passed'; readonly data: StopView }
  | { readonly event: 'ended'; readonly data: EndView }
  | { readonly event: 'logged'; readonly data: LogView };
interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Lists after a way through JSON, which has `null` for `undefined`. */
type JsonOf<Lists> = {
  readonly [Name in keyof Lists]: Lists[Name] extends readonly (infer Item)[]
    ? readonly (Item | null)[]
    : never;
};

/** The queries of another process, which `NANOOK_INSPECT` lets a debugger attach to. */
export class RemoteTarget implements DebugTarget {
  readonly #answers = new Map<number, Answer>();
  #listener: DebugListener | undefined;
  #count = 0;
  /** Is fulfilled when the process ends, or the connection is lost. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    createInterface({ input: socket }).on('line', (line) =>
      this.#received(JSON.parse(line) as Event | Reply),
    );
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        for (const { reject } of this.#answers.values())
          reject(new Error('the process has closed the connection'));
        this.#answers.clear();
        resolve();
      });
    });
    socket.on('error', () => socket.destroy());
  }

  /**
   * Connects to a process.
   *
   * @param address `host:port`, or a port of this computer
   * @throws {UsageError} when the process cannot be reached, or refuses the token
   */
  static async connect(address: string, token: string): Promise<RemoteTarget> {
    const [, host = '127.0.0.1', port] = /^(?:\[?(.*?)\]?:)?(\d{1,5})$/.exec(address) ?? [];
    if (port === undefined || Number(port) > 65_535)
      throw new UsageError(`--attach expects a port, or host:port such as 127.0.0.1:9230, found ${address}`);
    const socket = connect(Number(port), host);
    try {
      await once(socket, 'connect');
    } catch (error) {
      throw new UsageError(
        `no process waits for a debugger at ${address} (${messageOf(error)}); start it with NANOOK_INSPECT=${port}`,
        { cause: error },
      );
    }
    const target = new RemoteTarget(socket);
    try {
      await target.#call('hello', token);
    } catch (error) {
      socket.destroy();
      throw new UsageError(`the process at ${address} refuses the debugger: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return target;
  }

  listen(listener: DebugListener): void {
    this.#listener = listener;
  }

  async setBreakpoints(settings: BreakpointSettings): Promise<FoundBreakpoints> {
    const found = (await this.#call('setBreakpoints', settings)) as JsonOf<FoundBreakpoints>;
    return {
      lines: found.lines.map((line) => line ?? undefined),
      rules: found.rules.map((isKnown) => isKnown === true),
      lineProblems: found.lineProblems.map((problem) => problem ?? undefined),
      ruleProblems: found.ruleProblems.map((problem) => problem ?? undefined),
    };
  }

  async stopAtNextQuery(): Promise<void> {
    await this.#call('stopAtNextQuery');
  }

  async move(query: number, movement: Movement): Promise<void> {
    await this.#call('move', query, movement);
  }

  evaluate(query: number, frame: number, text: string): Promise<readonly string[]> {
    return this.#call('evaluate', query, frame, text) as Promise<readonly string[]>;
  }

  parts(query: number, id: number, start = 0, count?: number): Promise<readonly ValueView[]> {
    const range = count === undefined ? [start] : [start, count];
    return this.#call('parts', query, id, ...range) as Promise<readonly ValueView[]>;
  }

  async sourceText(query: number, name: string): Promise<string | undefined> {
    return ((await this.#call('sourceText', query, name)) as string | null) ?? undefined;
  }

  /** Disconnects. The queries of the process run on. */
  async detach(): Promise<void> {
    this.socket.end();
    await this.closed;
  }

  #call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    if (this.socket.destroyed) return Promise.reject(new Error('the process has closed the connection'));
    const id = ++this.#count;
    this.socket.write(`${JSON.stringify({ id, method, params })}\n`);
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }));
  }

  #received(message: Event | Reply): void {
    if ('event' in message) {
      if (message.event === 'ended') this.#listener?.ended(message.data);
      else if (message.event === 'logged') this.#listener?.logged(message.data);
      else this.#listener?.[message.event](message.data);
      return;
    }
    const { id, result, error } = message;
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }
}
