import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { userHeader, type ExpectedResponse } from './notes.ts';

/** The number of requests that a server receives at the same time. */
export const connections = 8;

/** A connection that stays open. It writes plain text, so that the client takes little of the time of a shared machine. */
export class Connection {
  readonly #socket: Socket;
  #received = '';
  #answer: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#answer?.reject(error));
    socket.on('close', () => this.#answer?.reject(new Error('the server closed the connection')));
  }

  /** Sends the text of a request, after the answer to the last one. @throws {Error} if the server has closed the connection, also before */
  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the server has closed the connection'));
        return;
      }
      this.#answer = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#answer = undefined;
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1]);
    const body = this.#received.slice(headEnd + 4);
    if (Number.isNaN(length)) this.#answer?.reject(new Error(`a response without content-length: ${head}`));
    if (body.length < length) return;
    this.#received = '';
    this.#answer?.resolve({ status: Number(head.slice(9, 12)), body });
  }
}

/**
 * Keeps this process awake. A process that sleeps is woken by the system call with which a server writes an answer. The slower a server is, the
 * more often this process would sleep, so that only the slower one of two handlers would pay for that.
 *
 * @returns a function that ends it
 */
export function stayAwake(): () => void {
  let isAwake = true;
  const turn = (): void => {
    if (isAwake) void setImmediate().then(turn);
  };
  turn();
  return () => {
    isAwake = false;
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const textOf = ({ path, user }: ExpectedResponse): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${userHeader}: ${user}\r\n\r\n`;

/**
 * Sends a number of requests on several new connections, and compares each response with the expected one. Each connection sends its next
 * request when it has received the response to the last one. The process stays awake.
 *
 * @throws {Error} for the first response that differs
 */
export async function sendRequests(
  port: number,
  requests: readonly ExpectedResponse[],
  count: number,
): Promise<void> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const sleep = stayAwake();
  let sent = 0;
  const sendAll = async (connection: Connection): Promise<void> => {
    while (sent < count) {
      const request = requests[sent++ % requests.length]!;
      const { status, body } = await connection.send(textOf(request));
      if (status !== request.status || (status === 200 && body !== request.body))
        throw new Error(
          `GET ${request.path} of ${request.user} got ${status} ${body}, expected ${request.status} ${request.body}`,
        );
    }
  };
  try {
    await Promise.all(open.map(sendAll));
  } finally {
    sleep();
    for (const connection of open) connection.close();
  }
}
