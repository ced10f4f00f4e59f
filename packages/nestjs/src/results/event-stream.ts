import { omitted } from './result-path.js';

/** Returns whether a value yields events one after the other, as the result of a subscription does. A stream of bytes does not count. */
export const isEventStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !('pipe' in value);

/** Returns the events that `shape` returns, without the omitted ones. */
export function shapeEvents(
  events: AsyncIterable<unknown>,
  shape: (event: unknown) => Promise<unknown>,
): AsyncIterableIterator<unknown> {
  const source = events[Symbol.asyncIterator]();
  const done = (value?: unknown): IteratorResult<unknown> => ({ done: true, value });
  // Not an async generator: its `return` would wait for the next event.
  return {
    async next() {
      for (;;) {
        const { done: isDone, value } = await source.next();
        if (isDone === true) return done(value);
        try {
          const shaped = await shape(value);
          if (shaped !== omitted) return { done: false, value: shaped };
        } catch (error) {
          await source.return?.();
          throw error;
        }
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
