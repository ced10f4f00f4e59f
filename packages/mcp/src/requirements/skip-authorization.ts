import { describeValue } from '@nanook/core/internal';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';

const brand = Symbol.for('@nanook/mcp/skipAuthorization');

/** The requirement of a tool, a resource or a prompt that every caller may use. */
export interface SkippedAuthorization {
  readonly reason: string;
}

/**
 * Creates the requirement of a tool, a resource or a prompt that needs no authorization.
 *
 * @param reason the reason, for readers of the code
 * @throws {NanookMcpError} `NANOOK_MCP_NO_REASON`
 * @example
 * server.registerTool('status', { authorize: skipAuthorization('shows no data') }, () => text('up'));
 */
export function skipAuthorization(reason: string): SkippedAuthorization {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new NanookMcpError('NANOOK_MCP_NO_REASON', { found: describeValue(reason) });
  return Object.freeze({ [brand]: true, reason });
}

/** Returns whether a value was created by {@link skipAuthorization}, also by another copy of the package. */
export const isSkipped = (value: unknown): value is SkippedAuthorization =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
