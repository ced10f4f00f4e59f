import type { ExecutionContext, HttpException } from '@nestjs/common';

/** What the sender of a refused message is told. */
export interface MessageRefusal {
  readonly status: 'error';
  /** As HTTP has it: 401, 403, 404 … */
  readonly statusCode: number;
  readonly message: string;
}

export const messageRefusalOf = (exception: HttpException): MessageRefusal => ({
  status: 'error',
  statusCode: exception.getStatus(),
  message: exception.message,
});

/** It arrives as the event `exception`, so it says of which message it is, in the words that Nest has for that. */
export async function wsExceptionOf(exception: HttpException, context: ExecutionContext): Promise<Error> {
  const { WsException } = await import('@nestjs/websockets');
  const ws = context.switchToWs();
  const cause: unknown = { pattern: ws.getPattern(), data: ws.getData<unknown>() };
  return causedBy(exception, new WsException({ ...messageRefusalOf(exception), cause }));
}

export async function rpcExceptionOf(exception: HttpException): Promise<Error> {
  const { RpcException } = await import('@nestjs/microservices');
  return causedBy(exception, new RpcException(messageRefusalOf(exception)));
}

/** Of a refusal, the exception that HTTP would get is only a detour. */
const causedBy = (exception: HttpException, result: Error): Error =>
  Object.assign(result, { cause: exception.cause ?? exception });
