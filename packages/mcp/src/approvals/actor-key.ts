import type { Authorizer } from '@nanook/core';
import { describeValue, identityOf } from '@nanook/core/internal';
import { chainOf, isAgent } from '../delegation/agent.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';

/**
 * Returns a text that differs for each actor: its type and its key; for an agent, those of the agents and the user for whom it acts.
 *
 * @param authorizer the authorizer whose types the actor has
 * @throws {NanookMcpError} `NANOOK_MCP_APPROVAL_USER` for an actor without a key
 */
export function actorKey(actor: unknown, authorizer: Authorizer): string {
  const { typeSets } = authorizer.engineFor(actor).queries.context;
  if (!isAgent(actor)) {
    const { type = null, id } = identityOf(actor, typeSets) ?? {};
    if (id === undefined)
      throw new NanookMcpError('NANOOK_MCP_APPROVAL_USER', { found: describeValue(actor) });
    return JSON.stringify([type, typeof actor, id]);
  }
  const chain = chainOf(actor);
  const agents = chain.filter(isAgent).map(({ id, purpose }) => [id, purpose]);
  // The subject names the user, whose row needs no key.
  const userType = identityOf(chain.at(-1), typeSets)?.type ?? null;
  return JSON.stringify([agents, actor.subject, userType]);
}
