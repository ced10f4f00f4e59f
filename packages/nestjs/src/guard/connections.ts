import { isAuthorizationError } from '@nanook/core';
import { Logger } from '@nestjs/common';
import { httpExceptionOf, isRefusal } from '../refusals/exceptions.js';
import { messageRefusalOf, type MessageRefusal } from '../refusals/message-exceptions.js';

/** A socket of socket.io, or a WebSocket. */
interface Client {
  emit?(event: string, data: unknown): unknown;
  disconnect?(close: boolean): unknown;
  close?(code: number, reason: string): unknown;
}

/**
 * The decisions about connections to gateways. Nest handles messages while a connection is not decided yet, and a client can send more after
 * a refusal, so the guard of each message awaits the decision.
 */
export class Connections {
  readonly #decisions = new WeakMap<object, Promise<unknown>>();

  /** Closes the connection if `decide` rejects. Several decisions about one connection must all pass. */
  async admit(client: object, decide: () => Promise<unknown>): Promise<boolean> {
    const decision = Promise.resolve(this.#decisions.get(client)).then(decide);
    this.#decisions.set(client, decision);
    try {
      await decision;
      return true;
    } catch (error) {
      end(client, error);
      return false;
    }
  }

  /** Waits for the decision. @throws the error that closed the connection */
  async pass(client: object): Promise<void> {
    await this.#decisions.get(client);
  }
}

function end(client: Client, error: unknown): void {
  const exception = isAuthorizationError(error) ? httpExceptionOf(error) : error;
  const refusal = isRefusal(exception) ? messageRefusalOf(exception) : internalError;
  if (refusal === internalError) new Logger('Nanook').error(error);
  if (client.disconnect !== undefined) {
    client.emit?.('exception', refusal);
    client.disconnect(true);
  } else client.close?.(closeCodeOf(refusal), closeReasonOf(refusal));
}

/** The message of Nest for an error that is only logged. */
const internalError: MessageRefusal = { status: 'error', statusCode: 500, message: 'Internal server error' };

/** Returns 4401, 4403, 4404 …, in the range that RFC 6455 leaves to applications; 1011 is its code for a server error. */
const closeCodeOf = (refusal: MessageRefusal): number =>
  refusal === internalError ? 1011 : 4000 + refusal.statusCode;

/** Returns the message, if it fits into a close frame. */
const closeReasonOf = ({ message }: MessageRefusal): string =>
  Buffer.byteLength(message) <= 123 ? message : '';
