import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callLoader, type LoaderOptions } from './call-loader.js';

const note = { id: 1 };

/** A response that a test can close. */
function closable() {
  const listeners = new Set<() => void>();
  return {
    listeners,
    close: () => listeners.forEach((listener) => listener()),
    onClose: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

describe('a loader', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gets only its arguments and returns its result, without a promise, if it declares no further parameter', () => {
    const { onClose, listeners } = closable();
    const given = vi.fn<(...args: unknown[]) => unknown>(() => note);
    expect(callLoader({ loader: (id: number) => given(id), args: [1] }, { onClose })).toBe(note);
    expect(callLoader({ loader: given, args: [1] }, { onClose })).toBe(note);
    expect(given.mock.calls).toEqual([[1], [1]]);
    expect(listeners.size).toBe(0);
  });

  it('gets a signal if it declares a further parameter, which aborts when the response closes', async () => {
    const { onClose, close, listeners } = closable();
    let signal!: AbortSignal;
    const loader = (_id: number, options: LoaderOptions) => {
      ({ signal } = options);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    };
    const loaded = callLoader({ loader, args: [1] }, { onClose }) as Promise<unknown>;
    expect(signal.aborted).toBe(false);
    close();
    expect(signal.aborted).toBe(true);
    await expect(loaded).rejects.toMatchObject({ name: 'AbortError' });
    expect(listeners.size).toBe(0);
  });

  it('gets a signal that has aborted if the response is closed already', async () => {
    const loader = (_id: number, { signal }: LoaderOptions) => signal.aborted;
    const onClose = (listener: () => void) => (listener(), () => {});
    expect(await callLoader({ loader, args: [1] }, { onClose })).toBe(true);
  });

  it('keeps its signal as it is after it has finished', async () => {
    const { onClose, close, listeners } = closable();
    const loader = async (_id: number, options: LoaderOptions) => options.signal;
    const signal = (await callLoader({ loader, args: [1] }, { onClose, loaderTimeoutMs: 50 })) as AbortSignal;
    close();
    await vi.advanceTimersByTimeAsync(60);
    expect(signal.aborted).toBe(false);
    expect(listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails with an error that names it when its time ends, and its signal aborts with this error', async () => {
    let signal!: AbortSignal;
    function findNote(_id: number, options: LoaderOptions) {
      ({ signal } = options);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    }
    const loaded = callLoader({ loader: findNote, args: [1] }, { loaderTimeoutMs: 50 }) as Promise<unknown>;
    const failed = loaded.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(49);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({
      code: 'NANOOK_HTTP_LOADER_TIMEOUT',
      status: 503,
      expose: false,
      data: { loader: 'findNote()', timeoutMs: 50 },
      message: expect.stringMatching(/`findNote\(\)` \(.*call-loader\.test\.ts:\d+\).* 50 ms/) as string,
    });
    expect(signal.reason).toMatchObject({ code: 'NANOOK_HTTP_LOADER_TIMEOUT' });
  });

  it('fails when its time ends also if it takes no signal, and its late failure is ignored', async () => {
    let reject!: (error: Error) => void;
    const late = new Promise<never>((_, fail) => (reject = fail));
    const loaded = callLoader({ loader: () => late, args: [] }, { loaderTimeoutMs: 50 }) as Promise<unknown>;
    const failed = loaded.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(await failed).toMatchObject({ data: { loader: 'loader()' } });
    reject(new Error('the connection was reset'));
    await late.catch(() => {});
  });

  it('passes on its own failure, and leaves neither a timer nor a listener', async () => {
    const { onClose, listeners } = closable();
    const failure = new Error('no connection');
    const fails: readonly ((id: number, options: LoaderOptions) => unknown)[] = [
      async (_id, _options) => Promise.reject(failure),
      (_id, _options) => {
        throw failure;
      },
    ];
    for (const loader of fails)
      await expect(callLoader({ loader, args: [1] }, { onClose, loaderTimeoutMs: 50 })).rejects.toBe(failure);
    expect(listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('runs as a method of its object', () => {
    const loaders = { found: note };
    function load(this: typeof loaders, _id: number) {
      return this.found;
    }
    expect(callLoader({ loader: load, receiver: loaders, args: [1] }, {})).toBe(note);
  });
});
