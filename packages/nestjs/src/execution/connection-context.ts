import type { ExecutionContext, Type } from '@nestjs/common';

/**
 * An execution context for a connection to a gateway. Nest creates none for a connection, but hooks and guards need one. It looks like the
 * context of a message without data.
 */
export class ConnectionContext implements ExecutionContext {
  readonly #args: unknown[];

  constructor(client: object) {
    this.#args = [client, undefined, 'connection'];
  }

  getType<Kind extends string>(): Kind {
    return 'ws' as Kind;
  }
  getClass<T>(): Type<T> {
    return Connection as Type<T>;
  }
  getHandler(): () => void {
    return handleConnection;
  }
  getArgs<Args extends unknown[]>(): Args {
    return this.#args as Args;
  }
  getArgByIndex<T>(index: number): T {
    return this.#args[index] as T;
  }
  switchToWs(): ReturnType<ExecutionContext['switchToWs']> {
    return {
      getClient: () => this.getArgByIndex(0),
      getData: () => this.getArgByIndex(1),
      getPattern: () => this.getArgByIndex(this.#args.length - 1),
    };
  }
  switchToHttp(): ReturnType<ExecutionContext['switchToHttp']> {
    return {
      getRequest: () => this.getArgByIndex(0),
      getResponse: () => this.getArgByIndex(1),
      getNext: () => this.getArgByIndex(2),
    };
  }
  switchToRpc(): ReturnType<ExecutionContext['switchToRpc']> {
    return { getData: () => this.getArgByIndex(0), getContext: () => this.getArgByIndex(1) };
  }
}

class Connection {}
function handleConnection(): void {}
