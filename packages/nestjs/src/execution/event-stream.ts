// The metadata key of Nest.
const sseKey = '__sse__';

/** Returns whether a handler sends server-sent events. */
export const isSseHandler = (handler: object): boolean => Reflect.getMetadata(sseKey, handler) === true;

/** The result of `shape` for an event that is left out. */
export const omitted = Symbol('omitted');

/** Returns whether a value yields events one after the other, as the result of a subscription does. A stream of bytes does not count. */
export const isEventStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !('pipe' in value);

type NextEvent = () => Promise<IteratorResult<unknown>>;

/**
 * Returns the events that `shape` returns, without the omitted ones.
 *
 * @param pull calls the function that returns the next event
 */
export function shapeEvents(
  events: AsyncIterable<unknown>,
  shape: (event: unknown) => unknown,
  pull: (next: NextEvent) => ReturnType<NextEvent> = async (next) => next(),
): AsyncIterableIterator<unknown> {
  const source = events[Symbol.asyncIterator]();
  const nextOfSource: NextEvent = async () => source.next();
  const done = (value?: unknown): IteratorResult<unknown> => ({ done: true, value });
  // Not an async generator: its `return` would wait for the next event.
  return {
    async next() {
      try {
        for (;;) {
          const { done: isDone, value } = await pull(nextOfSource);
          if (isDone === true) return done(value);
          const shaped = await shape(value);
          if (shaped !== omitted) return { done: false, value: shaped };
        }
      } catch (error) {
        await source.return?.();
        throw error;
      }
    },
    async return(value?: unknown) {
      return (await source.return?.(value)) ?? done(value);
    },
    async throw(error?: unknown) {
      if (source.throw === undefined) throw error;
      return source.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
