import type { McpServer, ScopeChallengeHandler } from '@modelcontextprotocol/server';
import type { Approvals } from '../approvals/approvals.js';
import { scopeChallenge } from '../delegation/scope-challenge.js';
import type { Listed, McpRequest } from '../request/mcp-request.js';
import type { CheckedRequirement, ItemName } from '../requirements/requirement.js';

/** A tool, a resource or a prompt, as the application declared it. */
export interface Item extends ItemName {
  readonly requirement: CheckedRequirement;
  readonly listed: Listed | undefined;
  /** Registers it with the server of one request. */
  readonly register: (server: McpServer, request: McpRequest, approvals: Approvals | undefined) => void;
}

/** Returns the option `scopeChallenge` of an item in one request. */
export function challengeOf(
  request: McpRequest,
  requirement: CheckedRequirement,
): { readonly scopeChallenge?: ScopeChallengeHandler } {
  const { stepUp = [] } = request.settings;
  if (stepUp.length === 0 || requirement.kind === 'skip') return {};
  return {
    scopeChallenge: scopeChallenge(
      stepUp,
      requirement,
      () => request.actor(),
      (actor, required) => request.mayUse(actor, required),
    ),
  };
}
