import { isAuthorizationError, isUndecided, type TypeReference } from '@nanook/core';
import {
  ResourceNotFoundError,
  ResourceTemplate,
  isInputRequiredResult,
  type CacheHint,
  type InputRequiredResult,
  type ListResourcesResult,
  type ReadResourceResult,
  type ResourceMetadata,
  type ServerContext,
  type Variables,
} from '@modelcontextprotocol/server';
import type { RequestAuthorization } from '@nanook/http';
import type { Approvals } from '../approvals/approvals.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import { authorizeCall, runCall, type AuthorizedContext, type Call } from '../request/call.js';
import type { Listed, McpRequest } from '../request/mcp-request.js';
import { reportError } from '../request/report-error.js';
import type { CheckedRequirement, ItemName, Requirement } from '../requirements/requirement.js';
import { challengeOf, type Item } from './item.js';
import { protocolError } from './protocol-error.js';

/** A resource or a template: the options of `McpServer.registerResource`, with the requirement. */
export interface ResourceConfig<Args, Type extends TypeReference, Resource> extends ResourceMetadata {
  readonly cacheHint?: CacheHint;
  /** The action that the caller must be allowed to perform, and how the variables of the template name the resource. */
  readonly authorize: Requirement<Args, Type, Resource>;
  /** Returns whether the caller may see the resource. Default: whether the policy allows the action on some row of the type. */
  readonly listed?: Listed;
}

/** A template of resources: the options of `McpServer.registerResource`, with the requirement and the list. */
export interface TemplateConfig<Type extends TypeReference, Resource> extends ResourceConfig<
  Variables,
  Type,
  Resource
> {
  /** Lists the resources of the template, instead of the callback of the template, which has no `authz`. */
  readonly list?: (ctx: AuthorizedContext<undefined>) => ListResourcesResult | Promise<ListResourcesResult>;
}

/** The result of reading a resource. */
export type ReadResult = ReadResourceResult | InputRequiredResult;

type Register = Item['register'];
type List = NonNullable<TemplateConfig<TypeReference, unknown>['list']>;
type Handler = (...args: unknown[]) => unknown;

/** Creates a resource with a fixed URI, or the resources of a template. */
export function resourceItem(
  name: string,
  uri: string | ResourceTemplate,
  config: TemplateConfig<TypeReference, unknown>,
  requirement: CheckedRequirement,
  handler: Handler,
): Item {
  const { authorize: _, listed, list, ...options } = config;
  const item = { kind: 'resource', name } as const;
  const register: Register =
    typeof uri === 'string'
      ? (server, request, approvals) => {
          const own = { ...options, ...challengeOf(request, requirement) };
          server.registerResource(name, uri, own, (at: URL, ctx: ServerContext) =>
            read(request, approvals, { item, requirement, args: {}, ctx }, at, (given) => handler(at, given)),
          );
        }
      : (server, request, approvals) => {
          const own = { ...options, ...challengeOf(request, requirement) };
          const template = new AuthorizedTemplate(uri, list, item, requirement, request);
          server.registerResource(name, template.forRequest(), own, (at: URL, variables: Variables, ctx) =>
            read(request, approvals, { item, requirement, args: variables, ctx }, at, (given) =>
              handler(at, variables, given),
            ),
          );
        };
  return { ...item, requirement, listed, register };
}

async function read(
  request: McpRequest,
  approvals: Approvals | undefined,
  call: Call,
  uri: URL,
  handler: (ctx: AuthorizedContext) => unknown,
): Promise<ReadResult> {
  try {
    // A question about a resource names its URI, as the arguments of the call.
    const result = await runCall<ReadResourceResult>(request, approvals, call, handler);
    return isInputRequiredResult(result) ? result : privately(call, result);
  } catch (error) {
    throw protocolError(request, call, error, () => new ResourceNotFoundError(uri.toString()));
  }
}

/** Removes the permission for shared caches from a result that depends on the caller. */
function privately({ requirement }: Call, result: ReadResourceResult): ReadResourceResult {
  return requirement.kind === 'skip' || !('cacheScope' in result)
    ? result
    : { ...result, cacheScope: 'private' };
}

/** A template whose list and completions contain only URIs that the caller may read. */
class AuthorizedTemplate {
  readonly #template: ResourceTemplate;
  readonly #listResources: List | undefined;
  readonly #item: ItemName;
  readonly #requirement: CheckedRequirement;
  readonly #request: McpRequest;

  constructor(
    template: ResourceTemplate,
    list: List | undefined,
    item: ItemName,
    requirement: CheckedRequirement,
    request: McpRequest,
  ) {
    this.#template = template;
    this.#listResources = list ?? (template.listCallback as List | undefined);
    this.#item = item;
    this.#requirement = requirement;
    this.#request = request;
  }

  /** Creates the template of one request. */
  forRequest(): ResourceTemplate {
    const { uriTemplate } = this.#template;
    const complete: NonNullable<ConstructorParameters<typeof ResourceTemplate>[1]['complete']> = {};
    for (const variable of uriTemplate.variableNames)
      if (this.#template.completeCallback(variable) !== undefined)
        complete[variable] = (value, context) => this.#complete(variable, value, context?.arguments);
    return new ResourceTemplate(uriTemplate, {
      list: this.#listResources && ((ctx) => this.#list(ctx)),
      complete,
    });
  }

  async #list(ctx: ServerContext): Promise<ListResourcesResult> {
    const authz = this.#request.authorization(this.#item, ctx);
    try {
      const result = await this.#listResources!({ ...ctx, authz, resource: undefined });
      const mayRead = await Promise.all(
        result.resources.map(async ({ uri }) => {
          const variables = this.#template.uriTemplate.match(uri);
          if (variables !== null) return this.#mayRead(variables, authz, ctx.mcpReq.signal);
          this.#report(new NanookMcpError('NANOOK_MCP_UNLISTED_URI', { ...this.#item, uri }));
          return false;
        }),
      );
      return { ...result, resources: result.resources.filter((_, i) => mayRead[i]) };
    } catch (error) {
      // An error of one template must neither reach the client nor hide the resources of others.
      if (!isAuthorizationError(error)) this.#report(error);
      return { resources: [] };
    }
  }

  /** Completes a variable. The values can be checked only if the others are known. */
  async #complete(
    variable: string,
    value: string,
    others: Readonly<Record<string, string>> = {},
  ): Promise<string[]> {
    const known = { ...others, [variable]: value };
    if (
      this.#requirement.kind === 'row' &&
      this.#template.uriTemplate.variableNames.some((name) => !Object.hasOwn(known, name))
    )
      return [];
    const authz = this.#request.authorization(this.#item, undefined);
    try {
      const values = await this.#template.completeCallback(variable)!(value, { arguments: { ...others } });
      const signal = new AbortController().signal;
      const mayRead = await Promise.all(
        values.map((each) => this.#mayRead({ ...others, [variable]: each }, authz, signal)),
      );
      return values.filter((_, i) => mayRead[i]);
    } catch (error) {
      if (!isAuthorizationError(error)) this.#report(error);
      return [];
    }
  }

  async #mayRead(args: Variables, authz: RequestAuthorization, signal: AbortSignal): Promise<boolean> {
    try {
      const ctx = { mcpReq: { signal } } as ServerContext;
      await authorizeCall({ requirement: this.#requirement, args, ctx }, authz);
      return true;
    } catch (error) {
      if (!isAuthorizationError(error) && !isUndecided(error)) this.#report(error);
      return false;
    }
  }

  #report(error: unknown): void {
    reportError(this.#request.settings.onError, error, { method: undefined, name: this.#item.name });
  }
}
