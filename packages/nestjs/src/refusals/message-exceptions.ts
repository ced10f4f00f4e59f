import type { ExecutionContext, HttpException } from '@nestjs/common';

/** The answer to the sender of a refused message. */
export interface MessageRefusal {
  readonly status: 'error';
  /** The status of HTTP: 401, 403, 404 … */
  readonly statusCode: number;
  readonly message: string;
}

export const messageRefusalOf = (exception: HttpException): MessageRefusal => ({
  status: 'error',
  statusCode: exception.getStatus(),
  message: exception.message,
});

/** Converts an exception for a gateway. The client gets the event `exception`, in which Nest puts the message that caused it. */
export async function wsExceptionOf(exception: HttpException, context: ExecutionContext): Promise<Error> {
  const { WsException } = await import('@nestjs/websockets');
  const ws = context.switchToWs();
  const cause: unknown = { pattern: ws.getPattern(), data: ws.getData<unknown>() };
  return causedBy(exception, new WsException({ ...messageRefusalOf(exception), cause }));
}

/** Converts an exception for a microservice. */
export async function rpcExceptionOf(exception: HttpException): Promise<Error> {
  const { RpcException } = await import('@nestjs/microservices');
  return causedBy(exception, new RpcException(messageRefusalOf(exception)));
}

/** Sets the cause: the refusal itself, without the HTTP exception between them. */
const causedBy = (exception: HttpException, result: Error): Error =>
  Object.assign(result, { cause: exception.cause ?? exception });
