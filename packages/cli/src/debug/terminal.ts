import { createInterface } from 'node:readline';
import type { DebugTarget, Movement, StopView } from '@nanook/core/debug';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { linesOf } from '../output/lines-of.js';
import { BreakpointList, readBreakpoint, textOf } from './breakpoint-list.js';
import { endText, logText, passedText } from './event-texts.js';
import { renderStop, stackLines, textLines } from './render-stop.js';
import { findCommand, help, movements, otherCommands, type OtherCommand } from './terminal-commands.js';

export interface TerminalOptions {
  /** Whether commands are accepted while no query is stopped, because queries start later. */
  readonly isRemote: boolean;
  /** The names that complete the arguments of commands. */
  readonly names: readonly string[];
  /** Is fulfilled when no further query can stop. */
  readonly ended: Promise<unknown>;
}

const prompt = 'debug> ';

/** A debugger in a terminal: it shows each stop, and reads commands. */
export class DebugTerminal {
  readonly #breakpoints = new BreakpointList();
  /** The stop that the commands are about. */
  #stop: StopView | undefined = undefined;
  readonly #waiting: StopView[] = [];
  #frame = 0;
  #hasEnded = false;
  #hasInputEnded = false;
  /** Number of stops and ends of queries. */
  #events = 0;
  #wake = (): void => {};
  #repeat = 'help';
  #showPrompt = (): void => {};

  constructor(
    readonly target: DebugTarget,
    readonly io: Io,
    readonly options: TerminalOptions,
  ) {
    target.listen({
      stopped: (stop) => {
        if (this.#stop === undefined) this.#show(stop);
        else this.#waiting.push(stop);
        this.#happened();
      },
      passed: (stop) => this.#note(passedText(stop)),
      logged: (log) => this.#note(logText(log)),
      ended: (end) => {
        if (options.isRemote) this.#note(endText(end));
        this.#happened();
      },
    });
    void options.ended.then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  /** Whether no further query can stop. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether the input has ended, without a command to leave. */
  get hasInputEnded(): boolean {
    return this.#hasInputEnded;
  }

  /** Reads commands until the queries or the input end, or the user leaves. */
  async run(): Promise<void> {
    const isTerminal = this.io.input.isTTY === true;
    const readline = createInterface({
      input: this.io.input,
      ...(isTerminal && { output: process.stdout }),
      terminal: isTerminal,
      prompt: isTerminal ? prompt : '',
      completer: (line: string) => this.complete(line),
    });
    this.#showPrompt = isTerminal ? () => readline.prompt(true) : () => {};
    readline.on('SIGINT', () => readline.close());
    const lines = linesOf(readline);
    try {
      if (!this.options.isRemote) await this.#untilStopped();
      while (!this.#hasEnded) {
        this.#showPrompt();
        const line = await this.#nextLine(lines);
        if (line === undefined) {
          this.#hasInputEnded = true;
          break;
        }
        if (!isTerminal) this.io.out(`${prompt}${line}`.trimEnd());
        const text = line.trim().replace(/;+$/, '') || this.#repeat;
        this.#repeat = text;
        if (!(await this.#run(text))) break;
      }
    } finally {
      readline.close();
    }
  }

  /** Returns the words that can complete the last word of a line, and this word. */
  complete(line: string): [string[], string] {
    const [start = ''] = /[\w./:]*$/.exec(line) ?? [];
    const isCommand = !/\S\s/.test(line.trimStart());
    const bindings = this.#stop?.stack[this.#frame]?.bindings.map(({ name }) => name) ?? [];
    const words = isCommand
      ? [...Object.keys(movements).filter((name) => name.length > 1), ...otherCommands]
      : [...this.options.names, ...bindings, 'failure', 'undecided', 'error'];
    return [[...new Set(words)].filter((word) => word.startsWith(start)).sort(), start];
  }

  /** Waits for a line, or for the end of the process that is debugged. */
  async #nextLine(lines: AsyncGenerator<string, void, undefined>): Promise<string | undefined> {
    const next = lines.next().then(({ value }) => value ?? undefined);
    if (!this.options.isRemote) return next;
    return Promise.race([next, this.options.ended.then(() => undefined)]);
  }

  /** Runs a command. Returns `false` to leave. */
  async #run(text: string): Promise<boolean> {
    const [word = ''] = text.split(/\s+/, 1);
    const argument = text.slice(word.length).trim();
    const movement = movements[word];
    const command = findCommand(word);
    const isIndependent =
      command === 'help' || command === 'break' || command === 'clear' || command === 'quit';
    if (!isIndependent && (movement !== undefined || command !== undefined)) await this.#untilStopped();
    try {
      if (command === 'quit') return false;
      if (movement !== undefined && argument !== '') {
        const advice = movement === 'back' ? `; to stop at a place, write break ${argument}` : '';
        this.io.out(`${word} has no argument, found ${argument}${advice}`);
      } else if (movement !== undefined) {
        const stop = this.#stop;
        if (stop === undefined) return false;
        await this.#move(stop, movement);
      } else if (command === undefined) this.io.out(`no command is called ${word}; help lists the commands`);
      else await this.#inspect(command, argument);
    } catch (error) {
      this.io.err(this.io.colors.red(messageOf(error)));
    }
    return true;
  }

  async #inspect(command: OtherCommand, argument: string): Promise<void> {
    const { io } = this;
    const { colors } = io;
    if (command === 'help') return io.out(help);
    if (command === 'break') return this.#break(argument);
    if (command === 'clear') return this.#clear(argument);
    const stop = this.#stop;
    if (stop === undefined) return;
    switch (command) {
      case 'bindings': {
        const bindings = stop.stack[this.#frame]?.bindings ?? [];
        return io.out(
          bindings.map(({ name, value }) => `  ${name} = ${value}`).join('\n') || '  no variable has a value',
        );
      }
      case 'stack':
        return io.out(stackLines(stop, this.#frame, colors));
      case 'frame': {
        if (!/^\d+$/.test(argument) || Number(argument) >= stop.stack.length)
          throw new UsageError(
            `frame expects a number from 0 to ${stop.stack.length - 1}, found ${argument || 'nothing'}`,
          );
        this.#frame = Number(argument);
        return io.out(stackLines(stop, this.#frame, colors));
      }
      case 'goals':
        return io.out(textLines(stop.goals, 'no goal is left', colors));
      case 'alternatives':
        return io.out(textLines(stop.alternatives, 'no alternative is left', colors));
      case 'list':
        return io.out(renderStop(stop, this.io, 3));
      case 'print': {
        if (argument === '')
          throw new UsageError('print expects a query or an expression, such as print user.id');
        const lines = await this.target.evaluate(stop.query, this.#frame, argument);
        return io.out(lines.map((line) => `  ${line}`).join('\n'));
      }
      case 'quit':
        break;
    }
  }

  async #break(argument: string): Promise<void> {
    if (argument === '')
      return this.io.out(
        this.#breakpoints.texts.map((text) => `  ${text}`).join('\n') || '  there is no breakpoint',
      );
    const wanted = readBreakpoint(argument, this.#currentFile());
    this.#breakpoints.add(wanted);
    const found = await this.target.setBreakpoints(this.#breakpoints.settings);
    const problem =
      wanted.kind === 'line'
        ? found.lineProblems.at(-1)
        : wanted.kind === 'rule'
          ? found.ruleProblems.at(-1)
          : undefined;
    if (problem !== undefined) this.io.out(`  ${problem}`);
    else if (wanted.kind === 'line') {
      const line = found.lines.at(-1);
      if (line === undefined)
        this.io.out(`  ${textOf(wanted)}: no loaded policy has a rule or a condition at or after this line`);
      else this.io.out(`  stops at ${wanted.at.file}:${line}`);
    } else if (wanted.kind === 'rule') {
      const isKnown = found.rules.at(-1) === true;
      this.io.out(
        isKnown ? `  stops at the ${textOf(wanted)}` : `  no loaded policy has a ${textOf(wanted)}`,
      );
    } else this.io.out(`  stops at each ${wanted.kind}`);
  }

  async #clear(argument: string): Promise<void> {
    if (argument === 'all') this.#breakpoints.clear();
    else if (!this.#breakpoints.remove(readBreakpoint(argument, this.#currentFile())))
      throw new UsageError(`there is no breakpoint ${argument}; break lists them`);
    await this.target.setBreakpoints(this.#breakpoints.settings);
  }

  #currentFile(): string | undefined {
    return this.#stop?.stack.find(({ place }) => place.source !== 'query')?.place.source;
  }

  #show(stop: StopView): void {
    this.#stop = stop;
    this.#frame = 0;
    this.#note(renderStop(stop, this.io));
  }

  /** Prints a text while the user may be typing. */
  #note(text: string): void {
    if (this.io.input.isTTY === true) this.io.write('\r\u001B[K');
    this.io.out(text);
    if (this.options.isRemote) this.#showPrompt();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#happened();
  }

  #happened(): void {
    this.#events++;
    this.#wake();
  }

  async #untilStopped(): Promise<void> {
    while (this.#stop === undefined && !this.#hasEnded) {
      if (this.#waiting.length > 0) this.#showNext();
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Goes on, and waits for the next stop; in a process with other queries, only until something has happened. */
  async #move(stop: StopView, movement: Movement): Promise<void> {
    const before = this.#events;
    this.#stop = undefined;
    await this.target.move(stop.query, movement);
    if (!this.options.isRemote) return this.#untilStopped();
    while (this.#events === before && this.#waiting.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#showNext();
  }

  /** Shows the next stop that waits, unless a stop is shown. */
  #showNext(): void {
    const next = this.#stop === undefined ? this.#waiting.shift() : undefined;
    if (next !== undefined) this.#show(next);
  }
}
