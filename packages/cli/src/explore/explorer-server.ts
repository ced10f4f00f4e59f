import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { createToken, isFromThisPage, namesThisHost, pathBehindToken, securityHeaders } from './access.js';
import type { Explorer } from './explorer.js';
import type { PageFile } from './page-files.js';

/** The largest body of a request in bytes. A policy is much smaller. */
const maxBody = 2_000_000;

/** Serves the page of an explorer on the loopback interface. Only requests with its token are answered. */
export class ExplorerServer {
  readonly #server: Server;
  readonly #token = createToken();

  private constructor(
    private readonly explorer: Explorer,
    private readonly files: ReadonlyMap<string, PageFile>,
  ) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /**
   * Starts a server.
   *
   * @param files the files of the page by their paths; that of the page itself is `/`
   * @param port 0 for a free one
   * @throws {UsageError} when the port is in use
   */
  static async start(
    explorer: Explorer,
    files: ReadonlyMap<string, PageFile>,
    port: number,
  ): Promise<ExplorerServer> {
    const started = new ExplorerServer(explorer, files);
    try {
      const listening = once(started.#server, 'listening');
      started.#server.listen(port, '127.0.0.1');
      await listening;
    } catch (error) {
      throw new UsageError(
        `the explorer cannot listen on port ${port}: ${messageOf(error)}; choose another --port, or leave it out for a free one`,
        { cause: error },
      );
    }
    return started;
  }

  /** The address of the page, with the token. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}/${this.#token}/`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    // Pages hold connections on which they wait for changes.
    this.#server.closeAllConnections();
    await closed;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (!namesThisHost(request, this.#port))
      return sendText(response, 403, 'This server answers requests to its own address only.');
    const path = pathBehindToken(request.url, this.#token);
    if (path === undefined)
      return sendText(response, 404, 'Open the address that nanook explore has written, with its token.');
    try {
      if (request.method === 'GET') await this.#get(path, response);
      else if (request.method === 'POST') await this.#post(path, request, response);
      else sendText(response, 405, 'Expected GET or POST.');
    } catch (error) {
      sendJson(response, error instanceof HttpError ? error.status : 422, {
        kind: 'error',
        message: messageOf(error),
      });
    }
  }

  async #get(path: string, response: ServerResponse): Promise<void> {
    if (path === '') return void response.writeHead(308, { location: this.address }).end();
    const { pathname, searchParams } = new URL(path, 'http://localhost');
    switch (pathname) {
      case '/api/state':
        return sendJson(response, 200, this.explorer.state);
      case '/api/changes':
        return this.#sendChanges(response);
      case '/api/explain': {
        const part = (name: string): string => searchParams.get(name) ?? '';
        const question = { actor: part('actor'), action: part('action'), resource: part('resource') };
        return sendJson(response, 200, await this.explorer.explain(question));
      }
      case '/api/routes':
        return sendJson(response, 200, await this.explorer.routes(searchParams.has('again')));
      case '/api/decisions':
        return sendJson(response, 200, await this.explorer.decisions(searchParams));
      default: {
        const file = this.files.get(pathname);
        if (file === undefined) return sendText(response, 404, 'Not found.');
        return void response.writeHead(200, { 'content-type': file.type }).end(file.content);
      }
    }
  }

  async #post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromThisPage(request)) throw new HttpError(403, 'expected a request of the page of this server');
    const body = await readJson(request);
    switch (path) {
      case '/api/edit':
        this.explorer.allowEditing();
        return sendJson(response, 200, {});
      case '/api/save':
        await this.explorer.save(body);
        return sendJson(response, 200, {});
      case '/api/replay':
        return sendJson(response, 200, await this.explorer.replay(JSON.stringify(body)));
      default:
        throw new HttpError(404, 'not found');
    }
  }

  /** Sends an event for each version of the project, as long as the page is open. */
  #sendChanges(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (version: number): void => void response.write(`data: ${version}\n\n`);
    send(this.explorer.state.version);
    response.on('close', this.explorer.subscribe(send));
  }
}

/** A request that is not valid. */
class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-type'] !== 'application/json')
    throw new HttpError(415, 'expected the content type application/json');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBody) throw new HttpError(413, `expected at most ${maxBody} bytes`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
  } catch {
    throw new HttpError(400, 'expected JSON');
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function sendJson(response: ServerResponse, status: number, content: unknown): void {
  if (response.headersSent) return;
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    .end(JSON.stringify(content));
}
