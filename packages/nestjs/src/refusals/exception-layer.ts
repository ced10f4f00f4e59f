import type { ArgumentsHost } from '@nestjs/common';
import { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js';
import { ExternalExceptionsHandler } from '@nestjs/core/exceptions/external-exceptions-handler.js';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { expectNoResult } from '../execution/expected-results.js';
import { refusalExceptionOf } from './exceptions.js';
import { respondWithPage } from './explained-exception.js';

/** The HTTP adapters of the applications that use `NanookModule`. */
const adapters = new WeakSet<object>();
const extended = new WeakSet<object>();

/**
 * Converts, from now on, each refusal that a route of an application throws, before exception filters receive it. Nest catches the errors
 * of all routes in one place, its exception layer. An interceptor would do the same, but takes microseconds in each call that succeeds.
 *
 * @param adapter the HTTP adapter of the application, by which its routes are recognized
 */
export function convertRefusalsOfRoutes(adapter: object): void {
  adapters.add(adapter);
  extend(ExceptionsHandler.prototype, ({ applicationRef }) => adapters.has(applicationRef ?? {}));
}

/**
 * Converts, from now on, each refusal that a handler throws of a transport that Nest does not know, such as Telegraf. Such an application
 * may have no HTTP adapter. Resolvers of GraphQL have an interceptor.
 */
export function convertRefusalsOfUnknownTransports(): void {
  extend(ExternalExceptionsHandler.prototype, (_, host) => host.getType<string>() !== 'graphql');
}

/** An object in which Nest handles the errors of one handler. */
interface ExceptionLayer {
  /** The HTTP adapter of the application. */
  readonly applicationRef?: AbstractHttpAdapter;
  next: (this: ExceptionLayer, exception: unknown, host: ArgumentsHost) => unknown;
}

function extend(
  prototype: object,
  isConcerned: (layer: ExceptionLayer, host: ArgumentsHost) => boolean,
): void {
  if (extended.has(prototype)) return;
  extended.add(prototype);
  const layer = prototype as ExceptionLayer;
  const { next } = layer;
  layer.next = function (exception, host) {
    if (!isConcerned(this, host)) return next.call(this, exception, host);
    if (host.getType() === 'http') expectNoResult(host.getArgByIndex(0));
    const refusal = refusalExceptionOf(exception);
    return respondWithPage(refusal, host, this.applicationRef) ? undefined : next.call(this, refusal, host);
  };
}
