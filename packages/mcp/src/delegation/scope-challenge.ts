import type { ScopeChallengeHandler } from '@modelcontextprotocol/server';
import type { CheckedRequirement } from '../requirements/requirement.js';
import { isAgent, withScopes } from './agent.js';

/** Returns whether an actor may perform the action of a requirement on some resource. */
type MayUse = (actor: unknown, requirement: CheckedRequirement) => Promise<boolean>;

/**
 * Creates the function that tells a client which scopes the agent lacks: the smallest set of the known scopes with which the policy lets it use
 * the item. It depends on the type of the resource, and not on the resource, so that it reveals nothing about rows.
 *
 * @param known the scopes that a client can request
 */
export const scopeChallenge =
  (
    known: readonly string[],
    requirement: CheckedRequirement,
    findActor: () => Promise<unknown>,
    mayUse: MayUse,
  ): ScopeChallengeHandler =>
  async ({ authInfo }) => {
    const actor = await findActor();
    if (!isAgent(actor) || authInfo === undefined || (await mayUse(actor, requirement))) return undefined;
    let wanted = known.filter((scope) => !authInfo.scopes.includes(scope));
    if (!(await mayUse(withScopes(actor, wanted), requirement))) return undefined;
    for (const scope of wanted) {
      const fewer = wanted.filter((each) => each !== scope);
      // oxlint-disable-next-line no-await-in-loop -- each step depends on the one before
      if (await mayUse(withScopes(actor, fewer), requirement)) wanted = fewer;
    }
    const scopes = [...new Set([...authInfo.scopes, ...wanted])];
    return { scopes: scopes as [string, ...string[]] };
  };
