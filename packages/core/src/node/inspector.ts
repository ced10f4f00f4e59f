import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { QueryInspector } from '../authorization/loaded-policy.js';
import { InspectedQueryRunner } from '../debug/debug-authorizer.js';
import { DebugError } from '../debug/debug-error.js';
import type { DebugTarget } from '../debug/debug-target.js';
import { Debugger } from '../debug/debugger.js';
import { readInspectAddress } from './inspect-address.js';

/** A process to which a debugger can be attached. */
export interface Inspector extends QueryInspector {
  /** `host:port` */
  readonly address: string;
  /** A client must send it first. */
  readonly token: string;
  close(): void;
}

/** The inspector of the process, which all authorizers share. */
let current: Promise<Inspector | undefined> | undefined;

/**
 * Opens the socket of the process.
 *
 * @param text the value of `NANOOK_INSPECT`
 * @returns undefined if the port is in use
 */
export const inspectorOfProcess = (text: string): Promise<Inspector | undefined> =>
  (current ??= openFor(text));

async function openFor(text: string): Promise<Inspector | undefined> {
  try {
    const inspector = await openInspector(text);
    const { address, token } = inspector;
    process.stderr.write(
      `Nanook waits for a debugger: nanook debug --attach ${address} --token ${token}\n` +
        'Each check runs on the machine, which is slower. Do not set NANOOK_INSPECT in production.\n',
    );
    return inspector;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    // A child process has the same environment.
    process.stderr.write(`Nanook waits for no debugger in this process, because ${text} is in use\n`);
    return undefined;
  }
}

/**
 * Opens a socket to which one debugger can connect. It does not keep the process alive.
 *
 * @throws {DebugError} `NANOOK_DEBUG_ADDRESS` for an address that other computers reach
 */
export async function openInspector(text: string): Promise<Inspector> {
  const { host, port } = readInspectAddress(text);
  const debug = new Debugger();
  const token = randomBytes(16).toString('hex');
  const server = createServer((socket) => new Client(socket, debug, token));
  await listen(server, host, port);
  server.unref();
  const { port: opened } = server.address() as AddressInfo;
  return {
    address: `${host.includes(':') ? `[${host}]` : host}:${opened}`,
    token,
    runnerFor: (context, limits) => new InspectedQueryRunner(context, limits, debug),
    close: () => {
      void debug.detach();
      server.close();
    },
  };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** The methods that a client can call. */
const methods = [
  'setBreakpoints',
  'stopAtNextQuery',
  'move',
  'evaluate',
  'parts',
  'sourceText',
  'detach',
] as const;
type Method = (typeof methods)[number];

interface Request {
  readonly id: number;
  readonly method: Method | 'hello';
  readonly params: unknown[];
}

/** Milliseconds in which a client must send the token. */
const helloMs = 5_000;
/** Characters of a message, before and after the client has sent the token. */
const maxHello = 1_000;
const maxMessage = 1_000_000;

/** A debugger that is connected: it sends requests, and receives results and events, as lines of JSON. */
class Client {
  #isTrusted = false;
  #text = '';
  readonly #timer: NodeJS.Timeout;

  constructor(
    readonly socket: Socket,
    readonly debug: Debugger,
    readonly token: string,
  ) {
    this.#timer = setTimeout(() => socket.destroy(), helloMs);
    this.#timer.unref();
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#received(String(text)));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#timer);
      if (this.#isTrusted) void debug.detach();
    });
  }

  #received(text: string): void {
    this.#text += text;
    const lines = this.#text.split('\n');
    this.#text = lines.pop()!;
    for (const line of lines) if (!this.socket.destroyed) this.#read(line);
    if (this.#text.length > (this.#isTrusted ? maxMessage : maxHello)) this.socket.destroy();
  }

  #read(line: string): void {
    let request: Request;
    try {
      request = JSON.parse(line) as Request;
      if (typeof request.id !== 'number' || !Array.isArray(request.params)) throw new TypeError();
    } catch {
      // For example the request of a browser.
      this.socket.destroy();
      return;
    }
    if (this.#isTrusted) void this.#answer(request);
    else this.#welcome(request);
  }

  #welcome({ id, method, params: [token] }: Request): void {
    const { debug } = this;
    if (method !== 'hello' || !isSame(token, this.token))
      return this.#refuse(id, new DebugError('NANOOK_DEBUG_TOKEN', 'the token is not that of the process'));
    if (debug.isAttached)
      return this.#refuse(id, new DebugError('NANOOK_DEBUG_ATTACHED', 'another debugger is attached'));
    clearTimeout(this.#timer);
    this.#isTrusted = true;
    debug.listen({
      stopped: (stop) => this.#send({ event: 'stopped', data: stop }),
      passed: (stop) => this.#send({ event: 'passed', data: stop }),
      ended: (end) => this.#send({ event: 'ended', data: end }),
      logged: (log) => this.#send({ event: 'logged', data: log }),
    });
    this.#send({ id, result: { pid: process.pid } });
  }

  #refuse(id: number, { code, message }: DebugError): void {
    this.#send({ id, error: { code, message } });
    this.socket.end();
  }

  async #answer({ id, method, params }: Request): Promise<void> {
    try {
      if (!methods.includes(method as Method)) throw new TypeError(`no method is called ${method}`);
      const call = this.debug[method as Method] as (
        this: DebugTarget,
        ...args: readonly unknown[]
      ) => unknown;
      this.#send({ id, result: (await call.apply(this.debug, params)) ?? null });
    } catch (error) {
      const { code, message } = error as { readonly code?: string; readonly message?: string };
      this.#send({ id, error: { code, message: message ?? String(error) } });
    }
  }

  #send(message: object): void {
    if (!this.socket.destroyed) this.socket.write(`${JSON.stringify(message)}\n`);
  }
}

function isSame(token: unknown, expected: string): boolean {
  const [a, b] = [Buffer.from(String(token)), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
