import { AsyncLocalStorage } from 'node:async_hooks';
import type { Decided, RequestDecisions } from './request-decisions.js';

/**
 * One call of a followed handler. A decision that the handler makes counts for its own response, and for the handlers after it if it was
 * made before the call of `next`. An adapter extends the class with the place of the handler.
 *
 * @internal for adapters
 */
export class Frame {
  /** The position of the call among those of the request. */
  readonly number: number;
  #decided: Decided | undefined;
  #isLeft = false;

  /** @param isCovered whether a decision that was made before the call counts for the handler */
  constructor(
    readonly run: Run,
    readonly isCovered: boolean,
  ) {
    this.number = ++run.request.callCount;
  }

  /** Whether a decision counts for the response of this handler. */
  get isSettled(): boolean {
    return this.isCovered || this.#decided !== undefined;
  }

  /** Whether the handler has called `next`, or has passed the request on in another way. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Records a decision of this handler. An authorization takes precedence over a skip. */
  settle(decided: Decided): void {
    if (this.#decided !== 'authorized') this.#decided = decided;
  }

  /** Ends the handler with its first call of `next`. A decision that ends later cannot reach other handlers. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    if (this.#decided !== undefined) this.passOn(this.#decided);
  }

  /**
   * Ends the handler, and those that contain it up to another one, because it has passed the request to their router again. Their decisions do
   * not count there.
   */
  abandon(outermost: Frame): void {
    this.#isLeft = true;
    if (this !== outermost) this.run.outer?.abandon(outermost);
  }

  /** Makes the decision count for the handlers after this one in the run, as the framework requires. Default: for none. */
  protected passOn(_decided: Decided): void {}

  /** Returns whether this is the other frame, or a call inside it. */
  isWithin(other: Frame): boolean {
    return this === other || this.run.outer?.isWithin(other) === true;
  }
}

/** A call of skipped middleware. Its skip ends when it is left. */
class SkippedFrame extends Frame {
  override get isSettled(): boolean {
    return !this.isLeft;
  }
}

/**
 * One way of a request through the handlers of a router, a route or an application. It is the context between these handlers. An adapter
 * extends the class with what identifies the run, and with what its later handlers inherit.
 *
 * @internal for adapters
 */
export class Run {
  /**
   * @param request the decisions of the request
   * @param outer the call of the handler that contains the router, the route or the application
   * @param isCovered whether a decision outside of the run counts for all of its handlers
   */
  constructor(
    readonly request: FollowedRequest,
    readonly outer: Frame | undefined,
    readonly isCovered: boolean = outer?.isSettled === true,
  ) {}
}

/** The place of the running code: in the call of a handler, or between the handlers of a run. */
const places = new AsyncLocalStorage<Frame | Run>();

/**
 * The decisions of a request whose handlers an adapter follows. A decision counts for the frame in whose asynchronous context it was
 * started. Without a frame, it counts for nothing.
 *
 * @internal for adapters
 */
export class FollowedRequest implements RequestDecisions {
  readonly made: string[] = [];
  /** The handler that was called last, for code that has lost the asynchronous context. */
  called: Frame | undefined;
  /** The number of calls of handlers. */
  callCount = 0;
  /** The handler that has written the header of the response. */
  #headWriter: Frame | undefined;

  /** The place of the running code; `undefined` where the asynchronous context is lost, or belongs to another request. */
  get place(): Frame | Run | undefined {
    const place = places.getStore();
    return requestOf(place) === this ? place : undefined;
  }

  /** The frame of the running code. Between the handlers of a run, it is the frame that contains the run. */
  get frame(): Frame | undefined {
    const { place } = this;
    return place instanceof Run ? place.outer : place;
  }

  /**
   * The frame to which a response belongs: that of the asynchronous context. Without a context, it belongs to the handler that was called last,
   * if this has not called `next`. The same is true in the context of a handler that has called `next`, if the last handler has no decision:
   * an emitter or a stream of the first one can call code of the last one.
   */
  get responder(): Frame | undefined {
    const { place } = this;
    const running = this.called?.isLeft === false ? this.called : undefined;
    if (place === undefined) return running;
    const frame = place instanceof Run ? place.outer : place;
    return frame?.isLeft === true && running?.isSettled === false ? running : frame;
  }

  get isSettled(): boolean {
    return this.responder?.isSettled === true;
  }

  /** Notes that the running code writes the header of the response. */
  noteHeader(): void {
    this.#headWriter = this.responder;
  }

  /** Whether the running code belongs to a handler that has called, with its `next`, the one which wrote the header. */
  get isUpstream(): boolean {
    const { frame } = this;
    return frame?.isLeft === true && this.#headWriter !== undefined && frame.number < this.#headWriter.number;
  }

  /** Calls a handler in its frame. */
  call<Args extends unknown[], Result>(
    frame: Frame,
    handler: (...args: Args) => Result,
    ...args: Args
  ): Result {
    this.called = frame;
    return this.within(frame, handler, ...args);
  }

  /** Runs code of a handler that was called before, in its frame; without a frame, in the present context. */
  within<Args extends unknown[], Result>(
    frame: Frame | undefined,
    code: (...args: Args) => Result,
    ...args: Args
  ): Result {
    return frame === undefined ? code(...args) : places.run(frame, code, ...args);
  }

  /** Runs a hook of the application for the running code. A decision in it counts for nothing. */
  callHook<Result>(hook: () => Result): Result {
    return this.within(new Frame(new Run(this, this.frame, false), false), hook);
  }

  /** Calls code between the handlers of a run, such as a router. */
  callBetween<Args extends unknown[], Result>(
    run: Run,
    code: (...args: Args) => Result,
    ...args: Args
  ): Result {
    return places.run(run, code, ...args);
  }

  /** Calls the `next` of a handler. It runs in the context of the run, because the code after the handlers is outside of them. */
  callNext<Args extends unknown[], Result>(
    frame: Frame,
    next: (...args: Args) => Result,
    ...args: Args
  ): Result {
    frame.leave();
    return this.callBetween(frame.run, next, ...args);
  }

  deciding(description: string): (decided: Decided) => void {
    const { frame } = this;
    const counts = frame !== undefined && this.mayDecide(frame);
    return (decided) => {
      this.made.push(description);
      if (counts) frame.settle(decided);
    };
  }

  /** Returns whether the adapter sees that the running code belongs to this frame, and not to code inside it that is not followed. */
  protected mayDecide(_frame: Frame): boolean {
    return true;
  }

  runSkipped<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    this.made.push(`skipped: ${reason}`);
    const frame = new SkippedFrame(new Run(this, this.frame), true);
    return this.call(frame, handler, () => frame.leave());
  }
}

const requestOf = (place: Frame | Run | undefined): FollowedRequest | undefined =>
  place instanceof Run ? place.request : place?.run.request;
