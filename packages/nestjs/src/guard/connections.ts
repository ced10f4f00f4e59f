import { isAuthorizationError } from '@nanook/core';
import { Logger } from '@nestjs/common';
import { httpExceptionOf, isRefusal } from '../refusals/exceptions.js';
import { messageRefusalOf, type MessageRefusal } from '../refusals/message-exceptions.js';

/** What the platforms give: a socket of socket.io, or a WebSocket. */
interface Client {
  emit?(event: string, data: unknown): unknown;
  disconnect?(close: boolean): unknown;
  close?(code: number, reason: string): unknown;
}

/**
 * The connections to gateways. Nest lets messages in while a connection is still being decided about, and a client can go on
 * sending after it was asked to leave: so both are remembered.
 */
export class Connections {
  readonly #decisions = new WeakMap<object, Promise<unknown>>();

  /** Ends the connection when this rejects. Several decisions about one connection must all let it in. */
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

  /** Waits for what is being decided. @throws why the connection was ended */
  async pass(client: object): Promise<void> {
    await this.#decisions.get(client);
  }
}

function end(client: Client, error: unknown): void {
  const exception = isAuthorizationError(error) ? httpExceptionOf(error) : error;
  const refusal = isRefusal(exception) ? messageRefusalOf(exception) : fault;
  if (refusal === fault) new Logger('Nanook').error(error);
  if (client.disconnect !== undefined) {
    client.emit?.('exception', refusal);
    client.disconnect(true);
  } else client.close?.(closeCodeOf(refusal), closeReasonOf(refusal));
}

/** As Nest says it for messages. What is wrong is for the log. */
const fault: MessageRefusal = { status: 'error', statusCode: 500, message: 'Internal server error' };

/** 4401, 4403, 4404 …: the range that RFC 6455 leaves to applications; 1011 is its code for what the server cannot do. */
const closeCodeOf = (refusal: MessageRefusal): number =>
  refusal === fault ? 1011 : 4000 + refusal.statusCode;

/** A close frame holds no more. */
const closeReasonOf = ({ message }: MessageRefusal): string =>
  Buffer.byteLength(message) <= 123 ? message : '';
