import type { AnyRow, TypeReference } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import {
  createMcpHandler,
  McpServer,
  ResourceTemplate,
  type CreateMcpHandlerOptions,
  type Implementation,
  type McpHttpHandler,
  type McpRequestContext,
  type McpServerOptions,
  type StandardSchemaWithJSON,
  type Variables,
} from '@modelcontextprotocol/server';
import { checkApprovalRule } from '../approvals/approval-rule.js';
import { Approvals } from '../approvals/approvals.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import type { AuthorizedContext } from '../request/call.js';
import { McpRequest, requestSettings, type RequestSettings } from '../request/mcp-request.js';
import { checkServerOptions, type AuthorizedMcpServerOptions } from '../request/options.js';
import { reportError } from '../request/report-error.js';
import { checkRequirement, type CheckedRequirement, type ItemName } from '../requirements/requirement.js';
import { checkCacheHints } from './cache-hints.js';
import type { Item } from './item.js';
import { neededItems, type NeededItems } from './needed-items.js';
import { promptItem, type PromptConfig, type PromptResult } from './prompts.js';
import { resourceItem, type ReadResult, type ResourceConfig, type TemplateConfig } from './resources.js';
import { toolItem, type Handler, type ToolConfig, type ToolResult } from './tools.js';

/**
 * The tools, resources and prompts of an MCP server, with the requirement of each one. Each request gets an `McpServer` that has only those which
 * its actor may use, so that the others do not exist for it. Each call is authorized with its arguments before its handler runs.
 *
 * @example
 * const server = new AuthorizedMcpServer({ name: 'notes', version: '1.0.0' }, { authorizer, actor });
 * server.registerTool(
 *   'delete-note',
 *   { inputSchema: z.object({ id: z.number() }), authorize: ['delete', 'Note', ({ id }) => findNote(id)] },
 *   async ({ id }) => { … },
 * );
 * const handler = server.createHandler();
 */
export class AuthorizedMcpServer<Actor = unknown> {
  readonly #info: Implementation;
  readonly #options: McpServerOptions;
  readonly #settings: RequestSettings;
  readonly #approvals: Approvals | undefined;
  readonly #items: Item[] = [];
  /** A server that has every item, so that a mistake in one of them is found when the application starts. */
  readonly #sample: McpServer;

  /**
   * @param info the name and the version of the server
   * @param options the authorizer, the actor, and further options
   * @throws {NanookMcpError} `NANOOK_MCP_INVALID_OPTION`, `NANOOK_MCP_NO_APPROVALS`, `NANOOK_MCP_APPROVAL_RULE`
   */
  constructor(info: Implementation, options: AuthorizedMcpServerOptions<Actor>) {
    checkServerOptions(options);
    const { authorizer, approvals, server: own = {} } = options;
    this.#info = info;
    this.#approvals = approvals === undefined ? undefined : new Approvals(info.name, approvals as never);
    checkApprovalRule(authorizer, approvals !== undefined);
    this.#options = {
      ...own,
      ...(this.#approvals && { requestState: this.#approvals.verifier(own.requestState) }),
    };
    this.#settings = requestSettings(options as unknown as AuthorizedMcpServerOptions);
    this.#sample = new McpServer(info, this.#options);
  }

  /**
   * Registers a tool, as `McpServer.registerTool` does.
   *
   * @throws {NanookMcpError} `NANOOK_MCP_NO_REQUIREMENT`, `NANOOK_MCP_UNGRANTABLE`, `NANOOK_MCP_SHARED_CACHE`
   */
  registerTool<
    Input extends StandardSchemaWithJSON | undefined = undefined,
    Type extends TypeReference = TypeReference,
    Resource = AnyRow,
  >(
    name: string,
    config: ToolConfig<Input, Type, Resource>,
    handler: Handler<Input, Resource, ToolResult>,
  ): void {
    const requirement = this.#check({ kind: 'tool', name }, config, handler);
    this.#add(toolItem(name, config as never, requirement, handler as never));
  }

  /**
   * Registers a prompt, as `McpServer.registerPrompt` does.
   *
   * @throws {NanookMcpError} the errors of {@link registerTool}
   */
  registerPrompt<
    Args extends StandardSchemaWithJSON | undefined = undefined,
    Type extends TypeReference = TypeReference,
    Resource = AnyRow,
  >(
    name: string,
    config: PromptConfig<Args, Type, Resource>,
    handler: Handler<Args, Resource, PromptResult>,
  ): void {
    const requirement = this.#check({ kind: 'prompt', name }, config, handler);
    this.#add(promptItem(name, config as never, requirement, handler as never));
  }

  /**
   * Registers a resource, as `McpServer.registerResource` does. Its list and its completions contain only the URIs that the caller may read.
   *
   * @throws {NanookMcpError} the errors of {@link registerTool}; `NANOOK_MCP_SUBSCRIPTIONS`
   */
  registerResource<Type extends TypeReference = TypeReference, Resource = AnyRow>(
    name: string,
    uri: string,
    config: ResourceConfig<Record<never, never>, Type, Resource>,
    handler: (
      uri: URL,
      ctx: AuthorizedContext<NonNullable<Awaited<Resource>>>,
    ) => ReadResult | Promise<ReadResult>,
  ): void;
  registerResource<Type extends TypeReference = TypeReference, Resource = AnyRow>(
    name: string,
    template: ResourceTemplate,
    config: TemplateConfig<Type, Resource>,
    handler: (
      uri: URL,
      variables: Variables,
      ctx: AuthorizedContext<NonNullable<Awaited<Resource>>>,
    ) => ReadResult | Promise<ReadResult>,
  ): void;
  registerResource(
    name: string,
    uri: string | ResourceTemplate,
    config: ResourceConfig<never, TypeReference, unknown>,
    handler: (...args: never[]) => unknown,
  ): void {
    const requirement = this.#check({ kind: 'resource', name }, config, handler);
    if (requirement.kind !== 'skip' && this.#options.capabilities?.resources?.subscribe === true)
      throw new NanookMcpError('NANOOK_MCP_SUBSCRIPTIONS', {});
    this.#add(resourceItem(name, uri, config as never, requirement, handler as never));
  }

  /**
   * Creates the server of a request, for `createMcpHandler` and `serveStdio` of the SDK. {@link createHandler} also tells clients that the
   * policy has changed.
   */
  readonly factory = async (context: McpRequestContext): Promise<McpServer> => {
    const request = new McpRequest(this.#settings, context);
    // An actor that cannot be found fails the request. An empty list would look like an answer.
    try {
      await request.actor();
    } catch (error) {
      // The SDK answers with a fixed text, and reports the error only where the application listens.
      reportError(this.#settings.onError, error, { method: undefined, name: undefined });
      throw error;
    }
    const capabilities = this.#capabilitiesOf(this.#items);
    const shown = await shownItems(request, neededItems(this.#items, context));
    const server = new McpServer(this.#info, { ...this.#options, capabilities });
    for (const item of shown) item.register(server, request, this.#approvals);
    return server;
  };

  /**
   * Creates the handler of HTTP requests, as `createMcpHandler` of the SDK does. Clients that listen are told to fetch their lists again
   * when the policy changes.
   *
   * @example
   * const handler = server.createHandler();
   * http.createServer(toNodeHandler(handler)).listen(3000);
   */
  createHandler(options: CreateMcpHandlerOptions = {}): McpHttpHandler {
    const { authorizer } = this.#settings;
    const handler = createMcpHandler(this.factory, options);
    const stop = authorizer.onReload(() => {
      handler.notify.toolsChanged();
      handler.notify.promptsChanged();
      handler.notify.resourcesChanged();
    });
    const close = async (): Promise<void> => {
      stop();
      await handler.close();
    };
    return { ...handler, close };
  }

  /** Returns capabilities that are the same for every caller, so that an empty list looks like the list of a caller without rights. */
  #capabilitiesOf(items: readonly Item[]): NonNullable<McpServerOptions['capabilities']> {
    const capabilities = { ...this.#options.capabilities };
    for (const { kind } of items) {
      const key = `${kind}s` as const;
      capabilities[key] = { listChanged: true, ...capabilities[key] };
    }
    const { completions } = this.#sample.server.getCapabilities();
    if (completions !== undefined) capabilities.completions ??= completions;
    return capabilities;
  }

  /** Checks an item when the application starts. */
  #check(item: ItemName, config: unknown, handler: unknown): CheckedRequirement {
    const { authorize, listed, list, cacheHint, outputSchema } = (config ?? {}) as Readonly<
      Record<string, unknown>
    >;
    const requirement = checkRequirement(this.#settings.authorizer, item, authorize);
    const invalid = (option: string, found: unknown): NanookMcpError =>
      new NanookMcpError('NANOOK_MCP_INVALID_OPTION', {
        option,
        reason: `of the ${item.kind} "${item.name}" must be a function, got ${describeValue(found)}`,
      });
    if (typeof handler !== 'function') throw invalid('handler', handler);
    for (const [option, hook] of Object.entries({ listed, list }))
      if (hook !== undefined && typeof hook !== 'function') throw invalid(option, hook);
    if (outputSchema !== undefined && !('~standard' in Object(outputSchema)))
      throw new NanookMcpError('NANOOK_MCP_INVALID_OPTION', {
        option: 'outputSchema',
        reason: `of the ${item.kind} "${item.name}" must be a schema, such as z.object({ … }), got ${describeValue(outputSchema)}`,
      });
    if (requirement.kind !== 'skip') checkCacheHints(item, cacheHint as undefined, this.#options);
    return requirement;
  }

  #add(item: Item): void {
    item.register(this.#sample, new McpRequest(this.#settings, { era: 'modern' }), this.#approvals);
    this.#items.push(item);
  }
}

/**
 * Returns the items that the actor may see. If it may see the named one, the others are not needed. Otherwise all are looked at, so that the time
 * does not tell a hidden item from one that does not exist.
 */
async function shownItems(request: McpRequest, { items, named }: NeededItems): Promise<readonly Item[]> {
  const shows = (item: Item): Promise<boolean> => request.shows(item, item.requirement, item.listed);
  const isNamedShown = named === undefined ? false : await shows(named);
  if (named !== undefined && isNamedShown) return [named];
  const shown = await Promise.all(items.map(async (item) => (item === named ? isNamedShown : shows(item))));
  return items.filter((_, i) => shown[i]);
}
