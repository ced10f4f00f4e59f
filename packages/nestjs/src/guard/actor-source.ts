import { UnauthenticatedError } from '@nanook/core';
import {
  Inject,
  Injectable,
  Logger,
  Scope,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { NanookNestError, errorText } from '../errors/nanook-nest-error.js';
import type { Execution } from '../execution/execution.js';
import { guardResultOf } from '../execution/guard-result.js';
import { contextIdOf } from '../execution/request-context-id.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import {
  authenticatorsOf,
  type Authenticators,
  type NanookModuleOptions,
} from '../options/nanook.options.js';
import { hasTestPolicy } from '../options/test-double.js';

interface HasUser {
  readonly user?: unknown;
}

const nothing = Promise.resolve();

/** Determines the actor of a request: runs the guards that authenticate, then calls the hook. */
@Injectable()
export class ActorSource implements OnModuleInit {
  readonly #authenticators: ReturnType<typeof authenticatorsOf>;
  readonly #authenticated = new WeakMap<object, Promise<void>>();
  /** The guards that no module of the application provides. */
  readonly #made = new Map<Type<CanActivate>, Promise<CanActivate>>();
  #isExplained = false;

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {
    this.#authenticators = authenticatorsOf(options.authenticate ?? []);
  }

  /**
   * Creates the guards that no module provides, so that one that cannot be created stops the application.
   *
   * @internal
   * @throws {NanookNestError} `NANOOK_NEST_INVALID_OPTION`
   */
  async onModuleInit(): Promise<void> {
    for (const guard of new Set(Object.values(this.#authenticators).flat())) {
      if (typeof guard !== 'function' || this.#scopeOf(guard) !== undefined) continue;
      try {
        await this.#make(guard);
      } catch (cause) {
        const reason = `lists ${guard.name}, which no module provides and which cannot be created: ${String(cause)}`;
        throw new NanookNestError(
          'NANOOK_NEST_INVALID_OPTION',
          { option: 'authenticate', reason },
          { cause },
        );
      }
    }
  }

  /** Returns whether guards of `authenticate` run for a call. */
  authenticates({ kind }: Execution): boolean {
    return (this.#authenticators[kind] ?? []).length > 0;
  }

  /**
   * Runs the guards of `authenticate`, once for each request.
   *
   * @throws {UnauthenticatedError} if a guard returns false; the error that a guard throws
   */
  authenticate(execution: Execution, context: ExecutionContext): Promise<void> {
    const { kind, requestKey } = execution;
    const guards = this.#authenticators[kind] ?? [];
    if (guards.length === 0) return nothing;
    let done = this.#authenticated.get(requestKey);
    if (done === undefined)
      this.#authenticated.set(requestKey, (done = this.#authenticate(guards, execution, context)));
    return done;
  }

  /** Returns the actor of a request, or a promise of it; `undefined` for an anonymous request. */
  find(execution: Execution, context: ExecutionContext): unknown {
    if (hasTestPolicy(this.options)) return this.#testActor(execution, context);
    // Also for a handler that is skipped and makes a check itself.
    return this.authenticates(execution)
      ? this.authenticate(execution, context).then(() => this.#actorOf(execution, context))
      : this.#actorOf(execution, context);
  }

  /** Returns the actor for the policy of a test, whose refusals are those of a user who is signed in. */
  async #testActor(execution: Execution, context: ExecutionContext): Promise<unknown> {
    return (await this.#actorOf(execution, context)) ?? this.options.anonymous ?? null;
  }

  #actorOf(execution: Execution, context: ExecutionContext): unknown {
    const { kind, request, requestKey } = execution;
    const { actor } = this.options;
    if (actor !== undefined) return actor(request, context);
    if (kind === 'rpc') return undefined; // the data of a message does not identify its sender
    const { user, data, extra } = request as HasUser & { readonly data?: HasUser; readonly extra?: HasUser };
    const found =
      user ??
      (kind === 'ws' ? data?.user : undefined) ??
      // The result of `onConnect` of a subscription: Mercurius puts it into the context, graphql-ws into `extra`.
      (kind === 'graphql' ? ((requestKey as HasUser).user ?? extra?.user) : undefined);
    // Passport sets `false` if a guard lets an anonymous request through.
    if (found !== undefined && found !== false) return found;
    this.#explain(this.authenticates(execution));
    return undefined;
  }

  async #authenticate(
    guards: Authenticators,
    execution: Execution,
    context: ExecutionContext,
  ): Promise<void> {
    for (const given of guards) {
      const guard = typeof given === 'function' ? await this.#instanceOf(given, execution) : given;
      if (!(await guardResultOf(guard, context))) throw new UnauthenticatedError();
    }
  }

  /** Returns the provider of the application if there is one, so that tests can replace it. */
  async #instanceOf(guard: Type<CanActivate>, execution: Execution): Promise<CanActivate> {
    const scope = this.#scopeOf(guard);
    if (scope === Scope.DEFAULT) return this.moduleRef.get(guard, { strict: false });
    if (scope !== undefined)
      return this.moduleRef.resolve(guard, contextIdOf(this.moduleRef, execution), { strict: false });
    return this.#make(guard);
  }

  #make(guard: Type<CanActivate>): Promise<CanActivate> {
    let made = this.#made.get(guard);
    if (made === undefined) this.#made.set(guard, (made = this.moduleRef.create(guard)));
    return made;
  }

  #scopeOf(guard: Type<CanActivate>): Scope | undefined {
    try {
      return this.moduleRef.introspect(guard).scope;
    } catch {
      return undefined; // no module provides it
    }
  }

  #explain(hasGuards: boolean): void {
    if (this.#isExplained || process.env['NODE_ENV'] === 'production' || this.options.anonymous !== undefined)
      return;
    this.#isExplained = true;
    new Logger('Nanook').warn(errorText('NANOOK_NEST_NO_ACTOR', { hasGuards }));
  }
}
