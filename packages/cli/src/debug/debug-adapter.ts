import { Writable } from 'node:stream';
import { describeValue } from '@nanook/core/internal';
import type { DebugTarget, EndView, HaltReason, Movement, StopView } from '@nanook/core/debug';
import {
  DebugSession,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
  Thread,
  ThreadEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openProject } from '../commands/opened.js';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { ExitCode } from '../output/exit-code.js';
import { AdapterBreakpoints, exceptionFilters } from './adapter-breakpoints.js';
import { AdapterViews } from './adapter-views.js';
import { endText, logText, passedText } from './event-texts.js';
import { localQuery } from './local-query.js';
import { RemoteTarget } from './remote-target.js';
import { valueAt } from './value-at.js';

/** The configuration of a launch: a query, or an actor, an action and a resource. */
interface LaunchArguments extends DebugProtocol.LaunchRequestArguments {
  readonly query?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly resource?: string;
  /** The configuration and the policies, as for the options of the command. */
  readonly config?: string;
  readonly policy?: readonly string[];
  /** The folder of the project. */
  readonly cwd?: string;
  /** Whether to stop before the first goal. Default: `true`. */
  readonly stopOnEntry?: boolean;
  /** Whether to stop at each answer and at the end, to step back from there. Default: `false`. */
  readonly stopAtOutcomes?: boolean;
}

interface AttachArguments extends DebugProtocol.AttachRequestArguments {
  /** `host:port` */
  readonly address?: string;
  /** Default: the variable `NANOOK_INSPECT_TOKEN`. */
  readonly token?: string;
  readonly cwd?: string;
}

/** A debug adapter: it serves an editor, which shows each stopped query as a thread. */
export class PolarDebugAdapter extends DebugSession {
  readonly #breakpoints = new AdapterBreakpoints();
  readonly #views = new AdapterViews();
  readonly #stops = new Map<number, StopView>();
  /** The threads that the editor knows. */
  readonly #threads = new Map<number, string>();
  #target: DebugTarget | undefined = undefined;
  /** Starts the query of a launch. */
  #begin = (): void => {};

  /** The content of an input that is not a message. */
  #inputError: string | undefined = 'no message';

  /** @param onInputError receives what the input contains instead of messages of the protocol */
  constructor(readonly onInputError?: (reason: string) => void) {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
    // The listener of the base class ends the session, so that this one has to come before it.
    this.prependListener('error', ({ body }: DebugProtocol.Event) => {
      this.#inputError = `a message that cannot be read: ${String(body).replace('Error handling data: ', '')}`;
    });
  }

  override start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
    // A message starts with a header such as `Content-Length: 97`.
    input.once('data', (start: Buffer) => {
      const [line = ''] = start.toString().split(/[\r\n]/, 1);
      if (!/^[\w-]+: *\S|^[\w-]*:?$/.test(line)) this.onInputError?.(describeValue(line));
    });
    super.start(input, output);
  }

  override shutdown(): void {
    if (this.#inputError === undefined || this.onInputError === undefined) super.shutdown();
    else this.onInputError(this.#inputError);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    this.#inputError = undefined;
    const withFormat = { ...request, arguments: { pathFormat: 'path', ...request.arguments } };
    // The base class refuses an editor that leaves the format out, although the protocol has a default for it.
    super.dispatchRequest(request.command === 'initialize' ? withFormat : request);
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsFunctionBreakpoints: true,
      supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true,
      supportsLogPoints: true,
      supportsStepBack: true,
      supportsEvaluateForHovers: true,
      supportsExceptionInfoRequest: true,
      supportsTerminateRequest: true,
      exceptionBreakpointFilters: exceptionFilters,
    };
    this.sendResponse(response);
  }

  protected override launchRequest(response: DebugProtocol.LaunchResponse, args: LaunchArguments): void {
    this.#reply(response, async () => {
      const { query, actor, action, resource, config, policy, cwd, stopOnEntry, stopAtOutcomes } = args;
      if (cwd !== undefined) process.chdir(cwd);
      const words = query === undefined ? [actor, action, resource] : [query];
      if (!words.every((word) => typeof word === 'string'))
        throw new UsageError('the launch configuration needs `query`, or `actor`, `action` and `resource`');
      const opened = await openProject({ config, paths: policy });
      const { target, run } = await localQuery(opened, words, {
        stopsAtOutcomes: stopAtOutcomes === true,
        stopsAtStart: stopOnEntry !== false,
      });
      this.#begin = () => void this.#runToEnd(run);
      await this.#listenTo(target);
    });
  }

  protected override attachRequest(response: DebugProtocol.AttachResponse, args: AttachArguments): void {
    this.#reply(response, async () => {
      const { address, token = process.env['NANOOK_INSPECT_TOKEN'] ?? '', cwd } = args;
      if (cwd !== undefined) process.chdir(cwd);
      if (address === undefined)
        throw new UsageError('the configuration to attach needs `address`, such as 127.0.0.1:9230');
      const target = await RemoteTarget.connect(address, token);
      void target.closed.then(() => this.sendEvent(new TerminatedEvent()));
      await this.#listenTo(target);
    });
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    this.#begin();
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    { source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments,
  ): void {
    this.#reply(response, async () => {
      const file = source.path ?? source.name ?? '';
      this.#breakpoints.setLines(file, breakpoints);
      return { breakpoints: await this.#breakpoints.applyLines(this.#attached(), file) };
    });
  }

  protected override setFunctionBreakPointsRequest(
    response: DebugProtocol.SetFunctionBreakpointsResponse,
    { breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments,
  ): void {
    this.#reply(response, async () => {
      this.#breakpoints.setRules(breakpoints);
      return { breakpoints: await this.#breakpoints.applyRules(this.#attached()) };
    });
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    { filters }: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.#reply(response, async () => {
      this.#breakpoints.setFilters(filters);
      await this.#breakpoints.applyRules(this.#attached());
    });
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    response.body = { threads: [...this.#threads].map(([id, text]) => new Thread(id, text)) };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    { threadId, startFrame = 0, levels = 0 }: DebugProtocol.StackTraceArguments,
  ): void {
    const stop = this.#stops.get(threadId);
    const frames = stop === undefined ? [] : this.#views.framesOf(stop);
    const stackFrames = frames.slice(startFrame, levels > 0 ? startFrame + levels : undefined);
    response.body = { stackFrames, totalFrames: frames.length };
    this.sendResponse(response);
  }

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    { frameId }: DebugProtocol.ScopesArguments,
  ): void {
    response.body = { scopes: this.#views.scopesOf(frameId) };
    this.sendResponse(response);
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    { variablesReference, filter, start = 0, count = 0 }: DebugProtocol.VariablesArguments,
  ): void {
    this.#reply(response, async () => ({
      variables: await this.#views.variablesOf(
        variablesReference,
        { kind: filter, start, count: count === 0 ? undefined : count },
        this.#attached(),
      ),
    }));
  }

  protected override sourceRequest(
    response: DebugProtocol.SourceResponse,
    { sourceReference }: DebugProtocol.SourceArguments,
  ): void {
    this.#reply(response, async () => {
      const { query, name } = this.#views.sourceAt(sourceReference);
      return { content: (await this.#attached().sourceText(query, name)) ?? '' };
    });
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    { expression, frameId, context }: DebugProtocol.EvaluateArguments,
  ): void {
    this.#reply(response, async () => {
      const { stop, index } = this.#views.frameAt(frameId ?? -1);
      const target = this.#attached();
      const known = await valueAt(expression, stop, index, target);
      if (known !== undefined) return this.#views.resultOf(stop.query, known);
      // A hover must not call code of the application, which an expression can do.
      if (context === 'hover') throw new UsageError('not computed, because it can call the application');
      const lines = await target.evaluate(stop.query, index, expression);
      return { result: lines.join('\n'), variablesReference: 0 };
    });
  }

  protected override exceptionInfoRequest(
    response: DebugProtocol.ExceptionInfoResponse,
    { threadId }: DebugProtocol.ExceptionInfoArguments,
  ): void {
    const stop = this.#stops.get(threadId);
    response.body = {
      exceptionId: stop?.reason ?? 'error',
      description: stop?.message ?? stop?.text ?? '',
      breakMode: 'always',
    };
    this.sendResponse(response);
  }

  protected override continueRequest(
    response: DebugProtocol.ContinueResponse,
    { threadId }: DebugProtocol.ContinueArguments,
  ): void {
    response.body = { allThreadsContinued: false };
    this.#move(response, threadId, 'continue');
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    { threadId }: DebugProtocol.NextArguments,
  ): void {
    this.#move(response, threadId, 'over');
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    { threadId }: DebugProtocol.StepInArguments,
  ): void {
    this.#move(response, threadId, 'into');
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    { threadId }: DebugProtocol.StepOutArguments,
  ): void {
    this.#move(response, threadId, 'out');
  }

  protected override stepBackRequest(
    response: DebugProtocol.StepBackResponse,
    { threadId }: DebugProtocol.StepBackArguments,
  ): void {
    this.#move(response, threadId, 'back');
  }

  protected override reverseContinueRequest(
    response: DebugProtocol.ReverseContinueResponse,
    { threadId }: DebugProtocol.ReverseContinueArguments,
  ): void {
    this.#move(response, threadId, 'reverse');
  }

  /** Stops before the first goal of the next query, because a query that runs is not interrupted. */
  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.#reply(response, () => this.#attached().stopAtNextQuery());
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.#reply(response, async () => {
      await this.#target?.detach();
      this.sendEvent(new TerminatedEvent());
    });
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.#reply(response, async () => {
      await this.#target?.detach();
      this.shutdown();
    });
  }

  /** Shows a text in the console of the editor. */
  print(text: string, category = 'stdout'): void {
    this.sendEvent(new OutputEvent(text, category));
  }

  #attached(): DebugTarget {
    if (this.#target === undefined) throw new UsageError('launch a query, or attach to a process, first');
    return this.#target;
  }

  async #listenTo(target: DebugTarget): Promise<void> {
    this.#target = target;
    target.listen({
      stopped: (stop) => this.#stopped(stop),
      passed: (stop) => this.print(`${passedText(stop)}\n`, 'console'),
      ended: (end) => this.#ended(end),
      logged: (log) => this.print(`${logText(log)}\n`, 'console'),
    });
    this.sendEvent(new InitializedEvent());
  }

  #stopped(stop: StopView): void {
    const { query, queryText, reason, message, text } = stop;
    this.#stops.set(query, stop);
    if (!this.#threads.has(query)) {
      this.#threads.set(query, queryText);
      this.sendEvent(new ThreadEvent('started', query));
    }
    // A problem with a condition is not the fault of the policy, so that the console names it, too.
    if ((reason === 'breakpoint' || reason === 'rule') && message !== undefined)
      this.print(`${message}\n`, 'stderr');
    const event: DebugProtocol.StoppedEvent = new StoppedEvent(stopReasons[reason], query, message ?? text);
    event.body.description = descriptions[reason];
    event.body.allThreadsStopped = false;
    this.sendEvent(event);
  }

  #ended(end: EndView): void {
    this.#stops.delete(end.query);
    if (this.#threads.delete(end.query)) this.sendEvent(new ThreadEvent('exited', end.query));
    if (this.#target instanceof RemoteTarget) this.print(`${endText(end)}\n`, 'console');
  }

  async #runToEnd(run: () => Promise<number | boolean>): Promise<void> {
    try {
      const result = await run();
      const outcome = typeof result === 'number' ? `${result} answers` : result ? 'allowed' : 'denied';
      this.print(`${outcome}\n`, 'console');
    } catch (error) {
      this.print(`${messageOf(error)}\n`, 'stderr');
    }
    this.sendEvent(new TerminatedEvent());
  }

  #move(response: DebugProtocol.Response, threadId: number, movement: Movement): void {
    this.#stops.delete(threadId);
    this.#views.release(threadId);
    const target = this.#target;
    // The response comes before the next stop.
    if (target !== undefined) this.sendResponse(response);
    void target
      ?.move(threadId, movement)
      .catch((error: unknown) => this.print(`${messageOf(error)}\n`, 'stderr'));
  }

  /** Sends the result of a request, or its error. */
  #reply<Body>(response: DebugProtocol.Response, work: () => Promise<Body>): void {
    void work().then(
      (body) => {
        response.body = body;
        this.sendResponse(response);
      },
      (error: unknown) =>
        this.sendErrorResponse(response, { id: 1, format: messageOf(error), showUser: true }),
    );
  }
}

const stopReasons: Readonly<Record<HaltReason, string>> = {
  step: 'step',
  start: 'entry',
  debug: 'breakpoint',
  breakpoint: 'breakpoint',
  rule: 'function breakpoint',
  failure: 'exception',
  undecided: 'exception',
  error: 'exception',
  answer: 'step',
  end: 'step',
};

const descriptions: Readonly<Record<HaltReason, string>> = {
  step: 'Paused on a step',
  start: 'Paused on the first step',
  debug: 'Paused on debug()',
  breakpoint: 'Paused on a breakpoint',
  rule: 'Paused on a rule',
  failure: 'A condition fails',
  undecided: 'A condition is undecided',
  error: 'An error',
  answer: 'An answer',
  end: 'No further answer',
};

/**
 * Serves an editor over the standard input and output. Texts that the application prints become events, because the output carries only
 * messages for the editor.
 */
export function serveEditor(): void {
  const adapter = new PolarDebugAdapter((found) => {
    process.stderr.write(
      `expected messages of the Debug Adapter Protocol, which an editor sends, found ${found}; an editor starts nanook debug --dap itself\n`,
    );
    process.exit(ExitCode.wrongUsage);
  });
  const write = process.stdout.write.bind(process.stdout);
  const messages = new Writable({ write: (chunk: Buffer, _encoding, done) => void write(chunk, done) });
  process.stdout.write = ((text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    adapter.print(Buffer.from(text as string).toString());
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  }) as typeof process.stdout.write;
  adapter.start(process.stdin, messages);
}
