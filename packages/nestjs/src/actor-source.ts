import { UnauthenticatedError } from '@nanook/core';
import {
  Inject,
  Injectable,
  Logger,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Execution } from './execution.js';
import { MODULE_OPTIONS_TOKEN } from './nanook.module-definition.js';
import type { NanookModuleOptions } from './nanook.options.js';
import { faultText } from './nest-fault.js';

interface HasUser {
  readonly user?: unknown;
}

/** Finds out who is asking: runs the guards that authenticate, then the hook. */
@Injectable()
export class ActorSource {
  readonly #authenticated = new WeakMap<object, Promise<void>>();
  readonly #guards = new Map<Type<CanActivate>, Promise<CanActivate>>();
  #isExplained = false;

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: NanookModuleOptions,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** Runs the guards of `authenticate`, once a request. @throws what they throw; {@link UnauthenticatedError} when one refuses */
  authenticate({ requestKey }: Execution, context: ExecutionContext): Promise<void> {
    let done = this.#authenticated.get(requestKey);
    if (done === undefined) this.#authenticated.set(requestKey, (done = this.#authenticate(context)));
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
    if (found === undefined) this.#explain();
    return found;
  }

  async #authenticate(context: ExecutionContext): Promise<void> {
    for (const given of this.options.authenticate ?? []) {
      const guard = typeof given === 'function' ? await this.#instanceOf(given) : given;
      const answer = await guard.canActivate(context);
      if (!(isObservable(answer) ? await lastValueFrom(answer) : answer)) throw new UnauthenticatedError();
    }
  }

  #instanceOf(guard: Type<CanActivate>): Promise<CanActivate> {
    let instance = this.#guards.get(guard);
    if (instance === undefined) this.#guards.set(guard, (instance = this.#provide(guard)));
    return instance;
  }

  /** The application's own where it provides one, so that it can be replaced in tests. */
  async #provide(guard: Type<CanActivate>): Promise<CanActivate> {
    try {
      return this.moduleRef.get(guard, { strict: false });
    } catch {
      return this.moduleRef.create(guard);
    }
  }

  #explain(): void {
    if (this.#isExplained || process.env['NODE_ENV'] === 'production' || this.options.anonymous !== undefined)
      return;
    this.#isExplained = true;
    new Logger('Nanook').warn(faultText('NANOOK_NEST_NO_ACTOR', {}));
  }
}
