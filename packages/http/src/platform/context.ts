import { builtin } from './builtin.js';

/** A value for code that runs within a call. */
export interface Context<Value> {
  run<Result>(value: Value, code: () => Result): Result;
  /** The value of the running code; `undefined` outside of `run`. */
  getStore(): Value | undefined;
}

/** Creates an asynchronous context. Where the runtime has none, the value is known only until the code returns. */
export function createContext<Value>(): Context<Value> {
  const { AsyncLocalStorage } = builtin('node:async_hooks') ?? {};
  return AsyncLocalStorage === undefined ? new SynchronousContext() : new AsyncLocalStorage<Value>();
}

/** The context for runtimes without `AsyncLocalStorage`. */
export class SynchronousContext<Value> implements Context<Value> {
  #value: Value | undefined;

  run<Result>(value: Value, code: () => Result): Result {
    const outer = this.#value;
    this.#value = value;
    try {
      return code();
    } finally {
      this.#value = outer;
    }
  }

  getStore(): Value | undefined {
    return this.#value;
  }
}
