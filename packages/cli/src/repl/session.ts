import { renderExplanation, renderDiagnostic } from '@nanook/core';
import { parseTerm } from '@nanook/core/syntax';
import { answerLine, answersOf } from '../commands/query.js';
import { bindingsOf } from '../values/bindings-of.js';
import { openProject, type Opened } from '../commands/opened.js';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import type { ProjectOptions } from '../project/read-project.js';

/** The number of answers that a query prints. */
const maxAnswers = 100;

/** A conversation with a loaded policy: it answers queries and commands, one after the other. */
export class Session {
  #opened: Opened;
  #options: ProjectOptions;
  #showsTime = false;

  private constructor(
    opened: Opened,
    options: ProjectOptions,
    readonly io: Io,
  ) {
    this.#opened = opened;
    this.#options = options;
  }

  /** Loads the project. Its errors are those of `openProject`. */
  static async open(options: ProjectOptions, io: Io): Promise<Session> {
    return new Session(await openProject(options, warnings(io)), options, io);
  }

  get opened(): Opened {
    return this.#opened;
  }

  /** Answers one input. Errors of the query or the command are printed. */
  async answer(input: string, signal?: AbortSignal): Promise<void> {
    const text = input.trim().replace(/(\s*;)+$/, '');
    if (text === '') return;
    const start = performance.now();
    try {
      if (text.startsWith(':')) await this.#runCommand(text);
      else await this.#query(text, signal);
    } catch (error) {
      if (signal?.aborted === true) this.io.err(this.io.colors.yellow('stopped'));
      else this.io.err(this.io.colors.red(messageOf(error)));
    }
    if (this.#showsTime) this.io.out(this.io.colors.dim(`${(performance.now() - start).toFixed(1)} ms`));
  }

  async #query(text: string, signal: AbortSignal | undefined): Promise<void> {
    const { diagnostics } = parseTerm({ name: 'query', source: text });
    if (diagnostics.length > 0) {
      this.io.err(this.io.colors.red(diagnostics.map(renderDiagnostic).join('\n')));
      if (/\sif\s/.test(text))
        this.io.err('A rule cannot be entered here; write it in a file, then use :reload.');
      return;
    }
    let found = 0;
    for await (const answer of answersOf(text, this.#opened, true, signal)) {
      if (found === maxAnswers) {
        this.io.out(
          this.io.colors.dim(`There are more than ${maxAnswers} answers; narrow the query to see others.`),
        );
        return;
      }
      found++;
      this.io.out(answerLine(answer, this.#opened, this.io));
    }
    if (found === 0) this.io.out(this.io.colors.red('false'));
  }

  async #runCommand(text: string): Promise<void> {
    const [name = '', ...rest] = text.slice(1).trim().split(/\s+/);
    const argument = text.slice(1).trim().slice(name.length).trim();
    switch (name) {
      case 'help':
        return this.io.out(help);
      case 'load':
        if (rest.length === 0) throw new UsageError(':load expects files, folders or globs');
        return this.#load({ ...this.#options, paths: rest });
      case 'reload':
        return this.#load(this.#options);
      case 'types':
        return this.io.out(Object.keys(this.#opened.project.types).join('\n') || 'no type is declared');
      case 'rules':
        return this.io.out([...this.#opened.authorizer.policy.rules].join('\n') || 'the policy has no rule');
      case 'fixtures':
        return this.io.out(
          Object.keys(this.#opened.fixtures).join('\n') || 'the configuration has no fixtures',
        );
      case 'explain':
        return this.#explain(argument, rest);
      case 'where':
        return this.#where(rest);
      case 'time':
        this.#showsTime = !this.#showsTime;
        return this.io.out(`times are ${this.#showsTime ? 'shown' : 'not shown'}`);
      default:
        throw new UsageError(`no command is called :${name}; :help lists the commands`);
    }
  }

  async #load(options: ProjectOptions): Promise<void> {
    this.#opened = await openProject(options, warnings(this.io));
    this.#options = options;
    const names = this.#opened.project.policies.map(({ name }) => name);
    this.io.out(`loaded ${names.join(', ') || 'no file'}`);
  }

  async #explain(query: string, parts: readonly string[]): Promise<void> {
    const { authorizer, fixtures, value } = this.#opened;
    const [actor, action, resource] = parts;
    if (actor === undefined)
      throw new UsageError(':explain expects a query, or an actor, an action and a resource');
    const isCheck = parts.length === 3 && !query.includes('(');
    const explanation = isCheck
      ? await authorizer.explain(value(actor), action!, value(resource!))
      : await authorizer.policy.explainQuery(query, { bindings: bindingsOf(query, fixtures) });
    this.io.out(renderExplanation(explanation, { color: this.io.colors.isColorSupported }));
  }

  async #where(parts: readonly string[]): Promise<void> {
    const [actor, action, type] = parts;
    if (actor === undefined || action === undefined || type === undefined)
      throw new UsageError(':where expects an actor, an action and a type');
    const { authorizer, value } = this.#opened;
    const { text } = await authorizer.explainWhere(value(actor), action, type);
    this.io.out(text);
  }
}

const warnings =
  (io: Io) =>
  (warning: Parameters<typeof renderDiagnostic>[0]): void =>
    io.err(io.colors.yellow(renderDiagnostic(warning)));

export const commands = [
  'explain',
  'fixtures',
  'help',
  'load',
  'quit',
  'reload',
  'rules',
  'time',
  'types',
  'where',
];

const help = `Enter a query, such as allow(ann, action, report). Fixtures are called by their names.

:explain <query>                      explain why a query holds or fails
:explain <actor> <action> <resource>  explain a check
:where <actor> <action> <type>        print the condition of the allowed rows
:types :rules :fixtures               list the names that a query can use
:load <paths>                         load other policies
:reload                               read the policies and the configuration again
:time                                 show the time of each answer, or stop showing it
:quit                                 leave (also Ctrl+D)`;
