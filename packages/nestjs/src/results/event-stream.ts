import { omitted } from './result-path.js';

/** Whether it yields one event after the other, as what a subscription returns does; a stream of bytes does not count. */
export const isEventStream = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !('pipe' in value);

/** The events as `shape` makes them, without those that it withholds. */
export function shapeEvents(
  events: AsyncIterable<unknown>,
  shape: (event: unknown) => Promise<unknown>,
): AsyncIterableIterator<unknown> {
  const source = events[Symbol.asyncIterator]();
  const done = (value?: unknown): IteratorResult<unknown> => ({ done: true, value });
  // No async generator: it would keep whoever leaves waiting for the next event.
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
