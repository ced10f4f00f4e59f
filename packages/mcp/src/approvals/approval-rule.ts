import type { Authorizer } from '@nanook/core';
import { parse } from '@nanook/core/syntax';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';

type Policy = Authorizer['policy'];

/** The rule of the policy that says which calls the user has to confirm. */
const approvalRule = 'needs_approval';

/** The numbers of parameters of the rules of each policy. */
const arities = new WeakMap<Policy, readonly number[]>();

/**
 * Returns whether a policy has the rule `needs_approval(actor, action, resource)`.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_APPROVAL_RULE` for a rule of this name with another number of parameters, which would never ask
 */
export function hasApprovalRule(policy: Policy): boolean {
  if (!policy.hasRule(approvalRule)) return false;
  let found = arities.get(policy);
  if (found === undefined) arities.set(policy, (found = aritiesIn(policy)));
  const wrong = found.find((arity) => arity !== 3);
  if (wrong !== undefined)
    throw new NanookMcpError('NANOOK_MCP_APPROVAL_RULE', { found: `has a rule with ${wrong} parameters` });
  return true;
}

function aritiesIn(policy: Policy): readonly number[] {
  return policy.sources
    .flatMap((text) => parse(typeof text === 'string' ? text : text.source).policy.statements)
    .flatMap((statement) =>
      statement.kind === 'rule' && statement.name === approvalRule ? [statement.parameters.length] : [],
    );
}

/** Returns whether the policy requires that the user confirms a call. @throws the errors of the rule */
export async function needsApproval(
  { policy }: Authorizer,
  actor: unknown,
  action: string,
  resource: unknown,
): Promise<boolean> {
  if (!hasApprovalRule(policy)) return false;
  for await (const _ of policy.queryRule(approvalRule, [actor, action, resource])) return true;
  return false;
}

/**
 * Checks, when the application starts, that the policy and the option `approvals` belong together.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_NO_APPROVALS`, `NANOOK_MCP_APPROVAL_RULE`
 */
export function checkApprovalRule({ policy }: Authorizer, canAsk: boolean): void {
  const hasRule = hasApprovalRule(policy);
  if (hasRule && !canAsk) throw new NanookMcpError('NANOOK_MCP_NO_APPROVALS', {});
  if (canAsk && !hasRule) throw new NanookMcpError('NANOOK_MCP_APPROVAL_RULE', { found: 'has no such rule' });
}
