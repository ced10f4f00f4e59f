import {
  isAuthorizationError,
  isPolarError,
  type Authorizer,
  type CheckContext,
  type TypeReference,
} from '@nanook/core';
import { RequestAuthorization, RequestContext, explainWith, type Explain } from '@nanook/http';
import type { McpRequestContext, ServerContext } from '@modelcontextprotocol/server';
import { withScopes } from '../delegation/agent.js';
import { NanookMcpError } from '../errors/nanook-mcp-error.js';
import type { CheckedRequirement, ItemName } from '../requirements/requirement.js';
import type { AuthorizedMcpServerOptions } from './options.js';
import { reportError } from './report-error.js';

/** Returns whether an actor may see a tool, a resource or a prompt, instead of the condition of the policy. */
export type Listed = (authz: RequestAuthorization) => boolean | PromiseLike<boolean>;

/** The options of a server, for its requests. */
export interface RequestSettings extends AuthorizedMcpServerOptions {
  readonly explainTo: ((request: McpRequestContext) => Explain) | undefined;
  /** The items whose condition cannot be found, which are reported once for each policy. */
  readonly reported: WeakMap<object, Set<string>>;
}

/** Prepares the options of a server, once for all requests. */
export const requestSettings = (options: AuthorizedMcpServerOptions): RequestSettings => ({
  ...options,
  explainTo: explainWith(options.explain, options.mask),
  reported: new WeakMap(),
});

/** One HTTP request, or one connection without HTTP: its actor, and the items that the actor may see. */
export class McpRequest {
  readonly settings: RequestSettings;
  readonly #context: McpRequestContext;
  readonly #seen = new Map<TypeReference, Map<string, Promise<boolean>>>();
  #pinned: Authorizer | undefined;
  #actor: Promise<unknown> | undefined;

  constructor(settings: RequestSettings, context: McpRequestContext) {
    this.settings = settings;
    this.#context = context;
  }

  /** Returns whether the server exists for one request only. A connection lives longer, so each of its calls has its own policy and actor. */
  get #isOneRequest(): boolean {
    return this.#context.requestInfo !== undefined;
  }

  /** Returns the actor; `undefined` for an anonymous one. */
  actor(): Promise<unknown> {
    if (!this.#isOneRequest) return this.#findActor();
    return (this.#actor ??= this.#findActor());
  }

  async #findActor(): Promise<unknown> {
    // `null` would be `nil` in the policy. Here it means that no actor was found.
    return (await this.settings.actor(this.#context)) ?? undefined;
  }

  #policy(): Authorizer {
    if (!this.#isOneRequest) return this.settings.authorizer.pinned();
    return (this.#pinned ??= this.settings.authorizer.pinned());
  }

  /** Creates the authorization of one call. @param ctx the call; `undefined` while the server is created */
  authorization(item: ItemName | undefined, ctx: ServerContext | undefined): RequestAuthorization {
    const { authorizer, anonymous, explainTo } = this.settings;
    const call = { method: ctx?.mcpReq.method, name: item?.name };
    return new RequestAuthorization(authorizer, {
      actor: () => this.actor(),
      anonymous,
      pinned: () => this.#policy(),
      context: () => this.#checkContext(ctx),
      route: () => `${call.method} ${call.name}`,
      explain: explainTo?.(this.#context),
      report: (error) => reportError(this.settings.onError, error, call),
    });
  }

  /** Returns whether the actor may see an item. It is false after an error, which is reported. */
  async shows(item: ItemName, requirement: CheckedRequirement, listed: Listed | undefined): Promise<boolean> {
    if (requirement.kind === 'skip') return true;
    try {
      if (listed !== undefined) return (await listed(this.authorization(item, undefined))) === true;
      return await this.#seesOnce(requirement);
    } catch (error) {
      if (isAuthorizationError(error)) return false;
      this.#reportHidden(item, error);
      return false;
    }
  }

  /** Finds out once in this request whether the actor may perform an action on some resource of a type. */
  #seesOnce(requirement: Exclude<CheckedRequirement, { kind: 'skip' }>): Promise<boolean> {
    const { kind, action, type } = requirement;
    const ofType = this.#seen.get(type) ?? new Map<string, Promise<boolean>>();
    this.#seen.set(type, ofType);
    const key = `${kind} ${action}`;
    const seen = ofType.get(key) ?? this.#seesActor(requirement);
    ofType.set(key, seen);
    return seen;
  }

  /** Reports an item that cannot be listed: once for each policy, if the reason is the policy itself. */
  #reportHidden(item: ItemName, error: unknown): void {
    if (isPolarError(error)) {
      const { policy } = this.#policy();
      const known = this.settings.reported.get(policy) ?? new Set();
      this.settings.reported.set(policy, known);
      const key = `${item.kind} ${item.name} ${error.code}`;
      if (known.has(key)) return;
      known.add(key);
    }
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    const reported = new NanookMcpError('NANOOK_MCP_UNLISTABLE', { ...item, reason }, { cause: error });
    reportError(this.settings.onError, reported, { method: undefined, name: item.name });
  }

  /** Finds out whether the actor, or the agent with the scopes that its client can request, may use an item. */
  async #seesActor(requirement: CheckedRequirement): Promise<boolean> {
    const actor = (await this.actor()) ?? this.settings.anonymous;
    if (actor === undefined) return false;
    const { stepUp = [] } = this.settings;
    return this.mayUse(stepUp.length === 0 ? actor : withScopes(actor, stepUp), requirement);
  }

  /** Finds out, without a decision for the log, whether an actor may perform the action of a requirement on some resource. */
  async mayUse(actor: unknown, requirement: CheckedRequirement): Promise<boolean> {
    if (requirement.kind === 'skip') return true;
    const { action, type } = requirement;
    const policy = this.#policy();
    if (requirement.kind === 'row') return (await policy.where(actor, action, type)).filter.kind !== 'never';
    const itself = typeof type === 'string' ? policy.type(type) : type;
    for await (const _ of policy.policy.queryRule('allow', [actor, action, itself])) return true;
    return false;
  }

  #checkContext(ctx: ServerContext | undefined): CheckContext {
    const headers = Object.fromEntries(this.#context.requestInfo?.headers ?? []);
    // The trace of the call itself, before that of the HTTP request.
    const traceparent: unknown = ctx?.mcpReq._meta?.['traceparent'] ?? headers['traceparent'];
    return new RequestContext({
      headers: { ...headers, traceparent },
      given: this.settings.context && (() => this.settings.context?.(this.#context)),
    });
  }
}
