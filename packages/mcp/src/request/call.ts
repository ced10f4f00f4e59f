import { isForbiddenError, isNotFoundError, isUnauthenticatedError } from '@nanook/core';
import { HandlerChecks, isInvalidInput, type RequestAuthorization } from '@nanook/http';
import {
  isInputRequiredResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { needsApproval } from '../approvals/approval-rule.js';
import { NotApproved, withoutQuestion, type Approvals } from '../approvals/approvals.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import type { CheckedRequirement, ItemName } from '../requirements/requirement.js';
import type { McpRequest } from './mcp-request.js';
import { reportError } from './report-error.js';

/** The context of a handler: that of the SDK, with the authorization of the call. */
export type AuthorizedContext<Resource = unknown> = ServerContext & {
  /** The authorization of the call. */
  readonly authz: RequestAuthorization;
  /** The resource that the requirement has loaded and authorized; `undefined` if it loads none. */
  readonly resource: Resource;
};

/** A call of a tool, a resource or a prompt. */
export interface Call {
  readonly item: ItemName;
  readonly requirement: CheckedRequirement;
  readonly args: unknown;
  readonly ctx: ServerContext;
}

/** The texts that clients receive instead of errors. */
export type FailureText =
  | 'Not found'
  | 'Forbidden'
  | 'Unauthenticated'
  | 'Not approved'
  | 'Invalid input'
  | 'Internal error';

/** Loads the resource of a call, and authorizes the action on it. @throws the refusal; the errors of the loader and of the check */
export async function authorizeCall(
  { requirement, args, ctx }: Pick<Call, 'requirement' | 'args' | 'ctx'>,
  authz: RequestAuthorization,
): Promise<unknown> {
  if (requirement.kind === 'skip') return undefined;
  const { action, type } = requirement;
  // An anonymous actor that is refused loads nothing.
  await authz.actor();
  if (requirement.kind === 'type') {
    await authz.authorizeRequired(action, typeof type === 'string' ? authz.pinned.type(type) : type);
    return undefined;
  }
  const { load } = requirement;
  if (typeof load === 'string') return authz.one(action, type as never, keyIn(args, load) as never);
  const loaded: unknown = await load(args, { authz, signal: ctx.mcpReq.signal });
  return authz.authorizeRequired(action, loaded);
}

const keyIn = (args: unknown, name: string): unknown =>
  typeof args === 'object' && args !== null && Object.hasOwn(args, name)
    ? (args as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** Runs a handler after its authorization, and after the approval that the policy requires. */
export async function runCall<Result extends object>(
  request: McpRequest,
  approvals: Approvals | undefined,
  call: Call,
  handler: (ctx: AuthorizedContext) => unknown,
): Promise<Result | InputRequiredResult> {
  const { item, requirement, args, ctx } = call;
  const authz = request.authorization(item, ctx);
  const resource = await authorizeCall(call, authz);
  let needed = false;
  if (requirement.kind !== 'skip') {
    const { action, type } = requirement;
    const checked =
      requirement.kind === 'row' ? resource : typeof type === 'string' ? authz.pinned.type(type) : type;
    const actor = await authz.actor();
    needed = await needsApproval(authz.pinned, actor, action, checked);
    if (needed) {
      if (approvals === undefined) throw new NanookMcpError('NANOOK_MCP_NO_APPROVALS', {});
      const question = await approvals.confirm(
        { actor, action, resource: checked, name: item.name, args },
        authz.pinned,
        ctx,
      );
      if (question !== undefined) return question;
    }
  }
  const result = await runHandler(authz, call, () => handler({ ...withoutQuestion(ctx), authz, resource }));
  if (typeof result !== 'object' || result === null) throw invalidResult(item, 'is not an object');
  if (needed && isInputRequiredResult(result))
    throw invalidResult(item, 'asks for input, which a call that needs an approval cannot do');
  return result as Result | InputRequiredResult;
}

/** Runs a handler, and waits for its checks. */
async function runHandler(
  authz: RequestAuthorization,
  { item, ctx }: Call,
  handler: () => unknown,
): Promise<unknown> {
  const checks = new HandlerChecks();
  authz.checks.collect(() => checks);
  const routeData = () => ({ method: ctx.mcpReq.method, route: item.name });
  try {
    const result: unknown = await handler();
    await checks.settle(routeData);
    const { refused } = authz.checks;
    if (refused !== undefined && (result as { isError?: unknown } | null)?.isError !== true)
      throw new NanookMcpError('NANOOK_MCP_IGNORED_REFUSAL', { ...item, check: refused.call });
    return result;
  } finally {
    checks.end();
  }
}

/** Creates the error of a result that no client may receive. */
export const invalidResult = (item: ItemName, reason: string): NanookMcpError =>
  new NanookMcpError('NANOOK_MCP_INVALID_RESULT', { ...item, reason });

/** Returns the text about an error for the client. An error that is neither a refusal nor about the input is reported. */
export function failureText(request: McpRequest, { item, ctx }: Call, error: unknown): FailureText {
  if (isNotFoundError(error)) return 'Not found';
  if (isForbiddenError(error)) return 'Forbidden';
  if (isUnauthenticatedError(error)) return 'Unauthenticated';
  if (error instanceof NotApproved) return 'Not approved';
  if (isInvalidInput(error)) return 'Invalid input';
  reportError(request.settings.onError, error, { method: ctx.mcpReq.method, name: item.name });
  return 'Internal error';
}
