import type { Authorizer, CheckContext, Mask } from '@nanook/core';
import { describeValue, nearNames } from '@nanook/core/internal';
import type { ExplainOption } from '@nanook/http';
import type { McpRequestContext, McpServerOptions } from '@modelcontextprotocol/server';
import type { ApprovalOptions } from '../approvals/approvals.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';

/** The call that an error is about. */
export interface FailedCall {
  /** The method of the protocol, such as `tools/call`; `undefined` if the error is not about one call. */
  readonly method: string | undefined;
  /** The name of the tool, the resource or the prompt. */
  readonly name: string | undefined;
}

/** Options for {@link AuthorizedMcpServer}. */
export interface AuthorizedMcpServerOptions<Actor = unknown> {
  readonly authorizer: Authorizer;
  /**
   * Returns the actor of a request, from its verified `authInfo`; `undefined` for an anonymous actor. It may be async. `delegatedActor(…)`
   * creates such a function.
   */
  readonly actor: (request: McpRequestContext) => Actor | undefined | PromiseLike<Actor | undefined>;
  /** The actor that replaces an anonymous one. Default: an anonymous caller may use only what skips authorization. */
  readonly anonymous?: unknown;
  /** Returns the context of the checks, for the decision log. Default: the header `X-Request-Id`, and the trace of the request. */
  readonly context?: (request: McpRequestContext) => CheckContext | undefined;
  /** Whether the result of a refused tool call explains the refusal. Default: `'development'`, if `NODE_ENV` is `development`. */
  readonly explain?: ExplainOption<[request: McpRequestContext]>;
  /** Replaces values in explanations. */
  readonly mask?: Mask;
  /**
   * The scopes that a client can request. A tool that only lacks one of them is listed, and its call is answered with 403 and the scopes that
   * the policy asks for. It works for actors that `delegatedActor(…)` creates.
   */
  readonly stepUp?: readonly string[];
  /** The confirmation of calls for which the policy has a rule `needs_approval(actor, action, resource)`. */
  readonly approvals?: ApprovalOptions<Actor>;
  /** The options of `McpServer`: `instructions`, `capabilities`, `cacheHints` and others. */
  readonly server?: McpServerOptions;
  /** Receives the errors of handlers, loaders and checks, which clients do not see. Default: `console.error`. */
  readonly onError?: (error: Error, call: FailedCall) => unknown;
}

const functions = ['actor', 'context', 'mask', 'onError'];
const known = [...functions, 'authorizer', 'anonymous', 'explain', 'stepUp', 'approvals', 'server'];
/**
 * Checks the options of a server.
 *
 * @throws {NanookMcpError} `NANOOK_MCP_INVALID_OPTION`
 */
export function checkServerOptions<Actor>(options: AuthorizedMcpServerOptions<Actor>): void {
  const given = options as unknown as Readonly<Record<string, unknown>>;
  if (typeof options !== 'object' || options === null)
    throw invalid(
      'options',
      `must be an object with \`authorizer\` and \`actor\`, got ${describeValue(options)}`,
    );
  for (const option of Object.keys(given))
    if (!known.includes(option)) {
      const [near] = nearNames(option, known);
      throw invalid(
        option,
        `does not exist; ${near === undefined ? 'options of `McpServer` belong into `server`' : `did you mean \`${near}\`?`}`,
      );
    }
  if (typeof (given['authorizer'] as Partial<Authorizer> | undefined)?.pinned !== 'function')
    throw invalid('authorizer', `must be an Authorizer, got ${describeValue(given['authorizer'])}`);
  for (const option of functions)
    if ((option === 'actor' || given[option] !== undefined) && typeof given[option] !== 'function')
      throw invalid(option, `must be a function, got ${describeValue(given[option])}`);
  const { stepUp } = options;
  if (stepUp !== undefined && !(Array.isArray(stepUp) && stepUp.every(isScope)))
    throw invalid(
      'stepUp',
      `must be a list of scopes, such as ['notes:write'], got ${describeValue(stepUp)}`,
    );
}

/** A scope, as OAuth defines it. */
const isScope = (scope: unknown): boolean => typeof scope === 'string' && /^[!#-[\]-~]+$/.test(scope);

const invalid = (option: string, reason: string): NanookMcpError =>
  new NanookMcpError('NANOOK_MCP_INVALID_OPTION', { option, reason });
