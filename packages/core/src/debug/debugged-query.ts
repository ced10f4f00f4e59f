import type { LinkedQuery } from '../ir/program.js';
import { QueryRun, type QueryRunOptions } from '../engine/query/query-run.js';
import type { ProgramContext } from '../engine/program-context.js';
import { DebugMachine } from './debug-machine.js';
import { DebugSession, type SessionOptions } from './debug-session.js';
import type { ForwardMovement, Halt, Movement, Progress } from './halt.js';
import type { Breakpoints } from './breakpoints.js';
import type { Step } from './step.js';

/** Decides how a stopped query goes on. */
export interface HaltHandler {
  /** Waits for a command. */
  halted(query: DebuggedQuery, halt: Halt): Promise<Movement>;
  /** Called at a stop of a query that cannot wait, because it is synchronous. */
  passed(query: DebuggedQuery, halt: Halt): void;
  ended(query: DebuggedQuery): void;
  logged(query: DebuggedQuery, text: string, step: Step): void;
}

export interface DebuggedQueryOptions extends SessionOptions {
  readonly id: number;
  readonly text: string;
  /** The first movement: `into` stops before the first goal. */
  readonly start: 'into' | 'continue';
  readonly breakpoints: Breakpoints;
  readonly handler: HaltHandler;
}

/** A query that stops for a debugger. While it waits, its clock does too; other queries run on. */
export class DebuggedQuery extends QueryRun {
  readonly session: DebugSession;
  readonly #machine: DebugMachine;
  #movement: ForwardMovement;
  #hasEnded = false;

  constructor(
    context: ProgramContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    options: QueryRunOptions,
    readonly debug: DebuggedQueryOptions,
  ) {
    let machine: DebugMachine | undefined;
    super(context, query, given, {
      ...options,
      createMachine: (...args) => (machine = new DebugMachine(...args)),
    });
    this.#machine = machine!;
    this.#movement = debug.start;
    this.session = new DebugSession(this, this.#machine, debug.breakpoints, {
      ...debug,
      onLog: (text, step) => debug.handler.logged(this, text, step),
    });
  }

  get machine(): DebugMachine {
    return this.#machine;
  }

  override async next(): Promise<boolean> {
    let progress = await this.session.forward(this.#movement);
    while (typeof progress === 'object') {
      const movement = await this.#wait(progress);
      progress = await this.#move(movement);
    }
    return progress === 'answer';
  }

  /** A synchronous query cannot wait: it passes its breakpoints. */
  override nextSync(): boolean {
    for (;;) {
      const progress = this.session.forwardSync('continue');
      if (typeof progress !== 'object') return progress === 'answer';
      this.debug.handler.passed(this, progress);
    }
  }

  override dispose(): void {
    super.dispose();
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.debug.handler.ended(this);
  }

  async #move(movement: Movement): Promise<Progress> {
    if (movement === 'back' || movement === 'reverse') return this.session.back(movement);
    this.#movement = movement;
    return this.session.forward(movement);
  }

  async #wait(halt: Halt): Promise<Movement> {
    const stoppedAt = performance.now();
    try {
      return await this.debug.handler.halted(this, halt);
    } finally {
      const { budget } = this.#machine;
      if (budget.startedAt !== undefined) budget.startedAt += performance.now() - stoppedAt;
    }
  }
}
