import { UnauthenticatedError } from '@nanook/core';
import {
  Inject,
  Injectable,
  Logger,
  Scope,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Execution } from '../execution/execution.js';
import { guardResultOf } from '../execution/guard-result.js';
import { MODULE_OPTIONS_TOKEN } from '../options/nanook.module-definition.js';
import { authenticatorsOf, type NanookModuleOptions } from '../options/nanook.options.js';
import { errorText } from '../errors/nanook-nest-error.js';
import { contextIdOf } from '../execution/request-context-id.js';

interface HasUser {
  readonly user?: unknown;
}

/** Finds out who is asking: runs the guards that authenticate, then the hook. */
@Injectable()
export class ActorSource {
  readonly #authenticated = new WeakMap<object, Promise<void>>();
  /** Those that the application does not provide. */
  readonly #made = new Map<Type<CanActivate>, Promise<CanActivate>>();
  #isExplained = false;

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Runs the guards of `authenticate`, once a request. @throws what they throw; {@link UnauthenticatedError} when one refuses */
  authenticate(execution: Execution, context: ExecutionContext): Promise<void> {
    const { requestKey } = execution;
    let done = this.#authenticated.get(requestKey);
    if (done === undefined)
      this.#authenticated.set(requestKey, (done = this.#authenticate(execution, context)));
    return done;
  }

  async find(execution: Execution, context: ExecutionContext): Promise<unknown> {
    // A handler that is skipped may ask all the same.
    await this.authenticate(execution, context);
    const { kind, request, requestKey } = execution;
    const { actor } = this.options;
    if (actor !== undefined) return actor(request, context);
    if (kind === 'rpc') return undefined; // who sent a message does not get to say who they are
    const { user, data, extra } = request as HasUser & { readonly data?: HasUser; readonly extra?: HasUser };
    const found =
      user ??
      (kind === 'ws' ? data?.user : undefined) ??
      // What a subscription's `onConnect` found: Mercurius puts it into the context, graphql-ws has `extra` for it.
      (kind === 'graphql' ? ((requestKey as HasUser).user ?? extra?.user) : undefined);
    // Passport puts `false` there when a guard lets everybody in.
    if (found !== undefined && found !== false) return found;
    this.#explain();
    return undefined;
  }

  async #authenticate(execution: Execution, context: ExecutionContext): Promise<void> {
    const { [execution.kind]: guards = [] } = authenticatorsOf(this.options.authenticate ?? []);
    for (const given of guards) {
      const guard = typeof given === 'function' ? await this.#instanceOf(given, execution) : given;
      if (!(await guardResultOf(guard, context))) throw new UnauthenticatedError();
    }
  }

  /** The application's own where it provides one, so that it can be replaced in tests. */
  async #instanceOf(guard: Type<CanActivate>, execution: Execution): Promise<CanActivate> {
    const scope = this.#scopeOf(guard);
    if (scope === Scope.DEFAULT) return this.moduleRef.get(guard, { strict: false });
    if (scope !== undefined)
      return this.moduleRef.resolve(guard, contextIdOf(this.moduleRef, execution), { strict: false });
    let made = this.#made.get(guard);
    if (made === undefined) this.#made.set(guard, (made = this.moduleRef.create(guard)));
    return made;
  }

  #scopeOf(guard: Type<CanActivate>): Scope | undefined {
    try {
      return this.moduleRef.introspect(guard).scope;
    } catch {
      return undefined; // it is not provided
    }
  }

  #explain(): void {
    if (this.#isExplained || process.env['NODE_ENV'] === 'production' || this.options.anonymous !== undefined)
      return;
    this.#isExplained = true;
    new Logger('Nanook').warn(errorText('NANOOK_NEST_NO_ACTOR', {}));
  }
}
