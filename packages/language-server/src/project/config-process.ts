import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NamedPolicy } from '@nanook/core';
import type {
  ChildAnswer,
  ChildMessage,
  ChildRequest,
  ChildTask,
  PlainFinding,
  ProjectDescription,
} from './child-messages.js';

/** The result of reading a project. */
export type ReadResult =
  | ProjectDescription
  | { readonly kind: 'failure'; readonly message: string; readonly loadedFiles: readonly string[] };

const childFile = ['./config-child.mjs', './project/config-child.mjs']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url));

type RequestKind = ChildRequest['kind'];
type AnswerTo<Kind extends RequestKind> = Kind extends 'fixtures'
  ? Extract<ChildAnswer, { readonly kind: 'fixtures' }>
  : Extract<ChildAnswer, { readonly kind: 'tests' }>;

/** Runs the configuration of a project in a child process, so that no code of an application can stop or slow down the server. */
export class ConfigProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: ChildAnswer | undefined) => void>();
  #lastId = 0;
  /** The description of the project. */
  readonly description: Promise<ReadResult>;

  /**
   * @param folder the folder of the project
   * @param timeLimitMs the time after which the process is ended, unless it has read the project
   * @param onOutput receives what the configuration prints
   */
  constructor(
    folder: string,
    task: ChildTask,
    readonly timeLimitMs: number,
    readonly onOutput: (text: string) => void,
  ) {
    this.#child = fork(fileURLToPath(childFile!), [JSON.stringify(task)], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
    });
    // A configuration in an endless loop does not notice that the server has ended.
    const end = (): void => this.end();
    process.once('exit', end);
    this.#child.once('exit', () => process.off('exit', end));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (data: Buffer) => onOutput(data.toString().trimEnd()));
    this.description = this.#readDescription(task);
  }

  #readDescription({ configFile }: ChildTask): Promise<ReadResult> {
    return new Promise((resolve) => {
      const fail = (message: string): void =>
        resolve({ kind: 'failure', message, loadedFiles: configFile === undefined ? [] : [configFile] });
      const timer = setTimeout(() => {
        fail(`the configuration was not read within ${this.timeLimitMs / 1000} seconds`);
        this.end();
      }, this.timeLimitMs);
      this.#child.on('message', (message: ChildMessage) => {
        if (message.kind === 'project' || message.kind === 'failure') {
          clearTimeout(timer);
          resolve(message);
        } else this.#receive(message);
      });
      this.#child.once('error', ({ message }) => fail(message));
      this.#child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`the configuration ended its process with the exit code ${code ?? 'of a signal'}`);
        for (const answer of this.#waiting.values()) answer(undefined);
        this.#waiting.clear();
      });
    });
  }

  #receive(message: ChildAnswer): void {
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  /** Returns the findings in tests and inline queries of these texts; undefined if the process has ended or refused. */
  async checkTests(policies: readonly NamedPolicy[]): Promise<readonly PlainFinding[] | undefined> {
    return (await this.#request('check tests', { policies }))?.findings;
  }

  /** Returns the fixtures, for which a function of the application can be called. */
  async fixtures(): Promise<Readonly<Record<string, string | undefined>> | undefined> {
    return (await this.#request('fixtures', {}))?.fixtures;
  }

  #request<Kind extends RequestKind>(kind: Kind, data: object): Promise<AnswerTo<Kind> | undefined> {
    if (!this.#child.connected) return Promise.resolve(undefined);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      // Code of the application that does not end would also stop all later answers.
      const timer = setTimeout(() => {
        this.onOutput(
          `The configuration did not answer within ${this.timeLimitMs / 1000} seconds, and was ended. It runs again when it has changed.`,
        );
        this.end();
      }, this.timeLimitMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer === undefined || answer.kind === 'refused' ? undefined : (answer as AnswerTo<Kind>));
      });
      this.#child.send({ kind, id, ...data });
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
