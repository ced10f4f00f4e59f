import { describeValue } from '@nanook/core/internal';
import { chainOf, isAgent } from '../delegation/agent.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';

/**
 * Returns a text that differs for each actor of one type: the ids of the agents and of their user. Actors of two types can have the same id, so
 * an application that has both passes the option `user`.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_APPROVAL_USER` for an actor without an id
 */
export const actorKey = (actor: unknown): string =>
  JSON.stringify(
    isAgent(actor)
      ? [
          ...chainOf(actor)
            .filter(isAgent)
            .map(({ id }) => id),
          ['subject', actor.subject],
        ]
      : keyOf(actor),
  );

function keyOf(actor: unknown): readonly unknown[] {
  if (typeof actor === 'string') return [actor];
  const id: unknown =
    typeof actor === 'object' && actor !== null ? (actor as { id?: unknown }).id : undefined;
  if (typeof id === 'string' || typeof id === 'number') return [typeof id, id];
  if (typeof id === 'bigint') return ['bigint', String(id)];
  throw new NanookMcpError('NANOOK_MCP_APPROVAL_USER', { found: describeValue(actor) });
}
