import { textOf } from '../diagnostics/span.js';
import type { Limits } from '../engine/limits.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type QueryRunOptions } from '../engine/query/query-run.js';
import { printable } from '../explanation/shown-values.js';
import { givenName } from '../ir/link.js';
import type { LinkedQuery, Program } from '../ir/program.js';
import type { BreakpointSettings } from './breakpoint-settings.js';
import { Breakpoints, type FoundBreakpoints } from './breakpoints.js';
import type { SessionOptions } from './debug-session.js';
import { DebugError } from './debug-error.js';
import type { DebugListener, DebugTarget } from './debug-target.js';
import { DebuggedQuery, type HaltHandler } from './debugged-query.js';
import { evaluate, finish } from './evaluate.js';
import type { Halt, Movement } from './halt.js';
import { messageOf } from './message-of.js';
import { secretsOf, showWithout } from './secrets.js';
import type { Step } from './step.js';
import type { ValueView } from './stop-view.js';
import { ValueParts } from './value-parts.js';
import { nameOf, placeOf, querySource, viewOf } from './view-step.js';

/** A query that waits for a command. */
interface Waiting {
  readonly query: DebuggedQuery;
  readonly halt: Halt;
  readonly parts: ValueParts;
  readonly resume: (movement: Movement) => void;
}

/** Debugs the queries that are started with it. Each stops on its own, and the others run on. */
export class Debugger implements DebugTarget, HaltHandler {
  readonly #breakpoints = new Breakpoints();
  readonly #waiting = new Map<number, Waiting>();
  readonly #passed = new WeakSet<DebuggedQuery>();
  /** The policies of the process. A policy that was replaced is released. */
  readonly #programs = new Set<WeakRef<Program>>();
  #listener: DebugListener | undefined = undefined;
  #count = 0;
  #stopsAtNext = false;

  constructor(readonly options: SessionOptions = {}) {}

  /** Whether a debugger receives the stops. */
  get isAttached(): boolean {
    return this.#listener !== undefined;
  }

  listen(listener: DebugListener): void {
    this.#listener = listener;
  }

  /** Adds a policy in which breakpoints are found. @internal */
  add(program: Program): void {
    if (![...this.#known()].includes(program)) this.#programs.add(new WeakRef(program));
  }

  /** Starts a query, which stops if a debugger is attached. @internal */
  start(
    context: ProgramContext,
    query: LinkedQuery,
    given: ReadonlyMap<string, unknown> | readonly unknown[],
    options: QueryRunOptions,
  ): QueryRun {
    if (!this.isAttached) return new QueryRun(context, query, given, options);
    const start = this.#stopsAtNext ? 'into' : 'continue';
    this.#stopsAtNext = false;
    return new DebuggedQuery(context, query, given, options, {
      ...this.options,
      id: ++this.#count,
      text: queryTextOf(query, given, context),
      start,
      breakpoints: this.#breakpoints,
      handler: this,
    });
  }

  async setBreakpoints(settings: BreakpointSettings): Promise<FoundBreakpoints> {
    return this.#breakpoints.set(settings, this.#known());
  }

  async stopAtNextQuery(): Promise<void> {
    this.#stopsAtNext = true;
  }

  async move(query: number, movement: Movement): Promise<void> {
    this.#take(query).resume(movement);
  }

  async evaluate(query: number, frame: number, text: string): Promise<readonly string[]> {
    const { halt, query: stopped } = this.#stopped(query);
    let found: Frame | undefined = halt.step.frame;
    for (let i = 0; i < frame && found !== undefined; i++) found = found.caller;
    const limits: Limits = stopped.options.limits;
    const { machine } = stopped;
    return finish(evaluate(text, { step: halt.step, frame: found ?? machine.root, machine, limits }));
  }

  async parts(query: number, id: number, start = 0, count?: number): Promise<readonly ValueView[]> {
    return this.#stopped(query).parts.of(id, start, count);
  }

  async sourceText(query: number, name: string): Promise<string | undefined> {
    const { machine, debug } = this.#stopped(query).query;
    if (name === querySource) return debug.text;
    const { sources, factSources } = machine.context.program.policy;
    return [...sources, ...factSources].find((source) => nameOf(source) === name)?.text;
  }

  async detach(): Promise<void> {
    this.#listener = undefined;
    this.#stopsAtNext = false;
    this.#breakpoints.set({ errors: false }, []);
    for (const query of this.#waiting.keys()) this.#take(query).resume('continue');
  }

  /** @internal */
  halted(query: DebuggedQuery, halt: Halt): Promise<Movement> {
    const listener = this.#listener;
    // `debug()` is passed when no debugger is attached any more.
    if (listener === undefined) return Promise.resolve('continue');
    const { id, text } = query.debug;
    const parts = new ValueParts(query.machine);
    return new Promise((resume) => {
      this.#waiting.set(id, { query, halt, parts, resume });
      listener.stopped(viewOf(id, text, halt, query.machine, parts));
    });
  }

  /** @internal */
  passed(query: DebuggedQuery, halt: Halt): void {
    if (this.#passed.has(query)) return;
    this.#passed.add(query);
    this.#listener?.passed(viewOf(query.debug.id, query.debug.text, halt, query.machine));
  }

  /** @internal */
  logged({ debug: { id, text: queryText }, machine }: DebuggedQuery, text: string, step: Step): void {
    this.#listener?.logged({ query: id, text, place: placeOf(step, machine, queryText) });
  }

  /** @internal */
  ended(query: DebuggedQuery): void {
    const { id, text } = query.debug;
    const latest = query.machine.latest;
    const error = query.machine.redact(latest?.error);
    this.#listener?.ended({
      query: id,
      queryText: text,
      outcome: error !== undefined ? 'error' : latest?.kind === 'answer' ? 'answered' : 'no answer',
      message: error === undefined ? undefined : messageOf(error),
    });
  }

  #stopped(query: number): Waiting {
    const found = this.#waiting.get(query);
    if (found === undefined)
      throw new DebugError(
        'NANOOK_DEBUG_NOT_STOPPED',
        `query ${query} is not stopped; it runs, or it has ended`,
      );
    return found;
  }

  #take(query: number): Waiting {
    const found = this.#stopped(query);
    this.#waiting.delete(query);
    return found;
  }

  *#known(): Generator<Program> {
    for (const reference of this.#programs) {
      const program = reference.deref();
      if (program === undefined) this.#programs.delete(reference);
      else yield program;
    }
  }
}

/** Returns the text of a query. The arguments of a check are shown by their values. */
function queryTextOf(
  { goals, slotNames, span }: LinkedQuery,
  given: ReadonlyMap<string, unknown> | readonly unknown[],
  context: ProgramContext,
): string {
  const hidden = secretsOf(context);
  const [goal] = goals;
  if (goal?.kind !== 'call' || !slotNames.includes(givenName(0))) return printable(textOf(span));
  const args = slotNames.map((name, i) => {
    if (given instanceof Map) return given.has(name) ? showWithout(hidden, given.get(name), context) : name;
    return showWithout(hidden, (given as readonly unknown[])[i], context);
  });
  return printable(`${goal.predicate.name}(${args.join(', ')})`);
}
