import { RequestContext, type Explain, type RequestAuthorizationOptions } from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import type { Execution } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import { hasTestPolicy } from '../options/test-double.js';
import type { ActorSource } from './actor-source.js';
import { logError } from './await-checks.js';

/** The options of the authorization of one request. A class, because a function for each option would take time in each request. */
export class CallOptions implements RequestAuthorizationOptions {
  readonly #execution: Execution;
  readonly #context: ExecutionContext;
  readonly #options: NanookModuleOptions;
  readonly #actors: ActorSource;
  readonly anonymous: unknown;
  readonly challenge: NanookModuleOptions['challenge'];

  constructor(
    execution: Execution,
    context: ExecutionContext,
    options: NanookModuleOptions,
    actors: ActorSource,
    readonly explain: Explain | undefined,
  ) {
    this.#execution = execution;
    this.#context = context;
    this.#options = options;
    this.#actors = actors;
    this.anonymous = options.anonymous;
    this.challenge = options.challenge;
  }

  actor(): unknown {
    const found = this.#actors.find(this.#execution, this.#context);
    // With the policy of a test, an anonymous actor is one like any other, so that its refusals are not all 401.
    return hasTestPolicy(this.#options) ? orAnonymous(found, this.anonymous) : found;
  }

  request(): unknown {
    const { request } = this.#execution;
    const hook = this.#options.request;
    return hook === undefined ? request : hook(request, this.#context);
  }

  context(): RequestContext {
    const { request } = this.#execution;
    const { headers, id } = Object(request) as { readonly headers?: unknown; readonly id?: unknown };
    const given = this.#options.context;
    return new RequestContext({ headers, id, given: given && (() => given(request, this.#context)) });
  }

  route(): string {
    const { method, kind } = this.#execution;
    return `${method ?? kind} ${handlerName(this.#context.getClass(), this.#context.getHandler())}`;
  }

  report(error: Error): void {
    logError(error);
  }
}

async function orAnonymous(search: unknown, anonymous: unknown): Promise<unknown> {
  const found = await search;
  return found === undefined ? anonymous : found;
}
