import { spawn, type ChildProcess } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { ClientCapabilities, Diagnostic, InitializeResult, Position } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { builtServer } from './built-server.fixture.js';

/** A client of the real process of the server. */
export class TestClient {
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly #waiting = new Set<() => void>();
  readonly notices: string[] = [];
  /** The lines of the server in the log of the editor. */
  readonly output: string[] = [];
  readonly #published = new Map<string, (readonly Diagnostic[])[]>();
  readonly #versions = new Map<string, number>();
  initialized!: InitializeResult;

  private constructor(
    readonly folder: string,
    readonly process: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { readonly uri: string; readonly diagnostics: readonly Diagnostic[] }) => {
        this.#diagnostics.set(uri, diagnostics);
        this.#published.set(uri, [...(this.#published.get(uri) ?? []), diagnostics]);
        for (const wake of this.#waiting) wake();
      },
    );
    connection.onNotification('window/showMessage', ({ message }: { readonly message: string }) => {
      this.notices.push(message);
      for (const wake of this.#waiting) wake();
    });
    connection.onNotification('window/logMessage', ({ message }: { readonly message: string }) => {
      this.output.push(message);
      for (const wake of this.#waiting) wake();
    });
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('workspace/diagnostic/refresh', () => null);
    connection.listen();
  }

  /** Starts the server for a folder. @param options the initialization options */
  static async start(
    folder: string,
    options: object = { isTrusted: true },
    capabilities: ClientCapabilities = {},
  ): Promise<TestClient> {
    const server = spawn(process.execPath, [await builtServer(), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const connection = createMessageConnection(
      new StreamMessageReader(server.stdout),
      new StreamMessageWriter(server.stdin),
    );
    const client = new TestClient(folder, server, connection);
    const uri = pathToFileURL(folder).href;
    client.initialized = await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'test' }],
      capabilities,
      initializationOptions: options,
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  uri(name: string): string {
    return `${pathToFileURL(this.folder).href}/${name}`;
  }

  open(name: string, text: string): Promise<void> {
    this.#versions.set(name, 1);
    return this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: this.uri(name), languageId: 'polar', version: 1, text },
    });
  }

  /** Replaces the text of an open document. */
  change(name: string, text: string): Promise<void> {
    return this.#send(name, [{ text }]);
  }

  #send(name: string, contentChanges: readonly object[]): Promise<void> {
    const version = (this.#versions.get(name) ?? 0) + 1;
    this.#versions.set(name, version);
    return this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(name), version },
      contentChanges,
    });
  }

  /** Sends the part in which two texts of an open document differ. */
  edit(name: string, before: string, after: string): Promise<void> {
    let start = 0;
    while (start < before.length && before[start] === after[start]) start++;
    let tail = 0;
    while (
      tail < Math.min(before.length, after.length) - start &&
      before.at(-1 - tail) === after.at(-1 - tail)
    )
      tail++;
    // No position lies between the two characters of a line end.
    if (before[start - 1] === '\r') start--;
    if (before.at(-1 - tail) === '\r') tail = Math.max(0, tail - 1);
    const document = TextDocument.create('', '', 0, before);
    const range = { start: document.positionAt(start), end: document.positionAt(before.length - tail) };
    return this.#send(name, [{ range, text: after.slice(start, after.length - tail) }]);
  }

  request<Result>(method: string, params: object): Promise<Result> {
    return this.connection.sendRequest<Result>(method, params);
  }

  /** Sends a request about a position of a document. */
  at<Result>(method: string, name: string, position: Position, more: object = {}): Promise<Result> {
    return this.request<Result>(`textDocument/${method}`, {
      textDocument: { uri: this.uri(name) },
      position,
      ...more,
    });
  }

  diagnostics(name: string): readonly Diagnostic[] {
    return this.#diagnostics.get(this.uri(name)) ?? [];
  }

  /** All lists of diagnostics of a document, in their order. */
  published(name: string): readonly (readonly Diagnostic[])[] {
    return this.#published.get(this.uri(name)) ?? [];
  }

  /** Waits until a condition holds, which is tested after each message of the server. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition())
      // oxlint-disable-next-line no-await-in-loop -- each message can change the condition
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    this.connection.dispose();
    this.process.kill();
  }
}
