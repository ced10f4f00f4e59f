import { AsyncLocalStorage } from 'node:async_hooks';
import { HandlerChecks, type PendingChecks, type RouteData } from '@nanook/http';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import {
  catchError,
  concatMap,
  defer,
  dematerialize,
  finalize,
  map,
  materialize,
  of,
  Observable,
  type ObservableNotification,
} from 'rxjs';
import { isEventStream, shapeEvents } from './event-stream.js';
import { executionOf, type ContextKind } from './execution.js';
import { handlerName } from './handler-location.js';

type Given = ObservableNotification<unknown>;
type Started = ReturnType<HandlerChecks['started']>;

const givesEvents = (given: Given): given is { kind: 'N'; value: AsyncIterable<unknown> } =>
  given.kind === 'N' && isEventStream(given.value);

/** The checks of the resolver that runs, also in asynchronous work that it starts. */
const running = new AsyncLocalStorage<HandlerChecks>();
/**
 * The checks of the handler of each message, and of each stream of server-sent events. They have one handler, whose events may come from the
 * work of another call.
 */
const ofMessages = new WeakMap<object, HandlerChecks>();

/** Collects the checks of a GraphQL request for the resolvers that start them. */
export const collectForResolvers = (checks: PendingChecks): void => checks.collect(() => running.getStore());

/** Collects the checks of a message, or of server-sent events, for their handler. */
export const collectForMessage = (checks: PendingChecks, callKey: object): void =>
  checks.collect(() => ofMessages.get(callKey));

/**
 * Runs a handler whose results go to the client without a response that could be blocked, and passes on each result when the checks that the handler has
 * started are settled. A check that it did not await becomes the error `NANOOK_HTTP_UNAWAITED_CHECK`.
 *
 * @param convert throws an error of the handler, or of an event of a subscription, as an exception of the transport
 */
export function handleWithChecks(
  context: ExecutionContext,
  next: CallHandler,
  convert: (error: unknown) => Promise<never>,
): Observable<unknown> {
  const kind = context.getType<ContextKind>();
  const routeData = (): RouteData => ({
    method: kind,
    route: handlerName(context.getClass(), context.getHandler()),
  });
  return defer(() => {
    const checks = new HandlerChecks();
    const { callKey } = executionOf(context);
    if (kind !== 'graphql') ofMessages.set(callKey, checks);
    // A handler can return an observable, whose work begins with the subscription.
    const results = new Observable<unknown>((subscriber) =>
      running.run(checks, () => next.handle().subscribe(subscriber)),
    );
    const settle = async (given: Given, started: Started): Promise<Given> => {
      await checks.settle(routeData, given.kind === 'N' ? started : undefined);
      return givesEvents(given)
        ? { kind: 'N', value: eventsWithChecks(given.value, routeData, convert) }
        : given;
    };
    return results.pipe(
      // The end of the handler is a notification, too: it must not overtake a result that waits.
      materialize(),
      // While a result waits, an observable can start the checks of its next results.
      map((given) => ({ given, started: checks.started() })),
      concatMap(({ given, started }) =>
        given.kind === 'E' || (checks.isEmpty && !givesEvents(given)) ? of(given) : settle(given, started),
      ),
      dematerialize(),
      catchError(convert),
      finalize(() => checks.end()),
    );
  });
}

/** Returns the events of a subscription, each when the checks that the subscription has started for it are settled. */
const eventsWithChecks = (
  events: AsyncIterable<unknown>,
  routeData: () => RouteData,
  convert: (error: unknown) => Promise<never>,
): AsyncIterableIterator<unknown> =>
  shapeEvents(
    events,
    (event) => event,
    async (next) => {
      const checks = new HandlerChecks();
      try {
        const event = await running.run(checks, next);
        await checks.settle(routeData);
        return event;
      } catch (error) {
        return await convert(error);
      } finally {
        checks.end();
      }
    },
  );
