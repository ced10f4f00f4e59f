import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { failureText, type Call } from '../request/call.js';
import type { McpRequest } from '../request/mcp-request.js';

/** Returns the error of a call for the client. @param notFound creates the error of something that does not exist */
export function protocolError(
  request: McpRequest,
  call: Call,
  error: unknown,
  notFound: (text: string) => Error,
): Error {
  const text = failureText(request, call, error);
  if (text === 'Not found') return notFound(text);
  const code = text === 'Internal error' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  return new ProtocolError(code, text);
}
