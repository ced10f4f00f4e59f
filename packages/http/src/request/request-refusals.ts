import {
  isAuthorizationError,
  type AuthorizationError,
  type Authorizer,
  type CheckContext,
  type CheckOptions,
  type RefusalOptions,
} from '@nanook/core';
import { toError } from '../config-errors/authorization-config-error.js';
import { showExplanation, type Explain } from '../refusals/explained-refusal.js';
import { notFound, withoutStack } from '../refusals/refusal.js';
import { checkAction } from '../requirements/route-requirement.js';
import { DecisionCache } from './decision-cache.js';
import type { RequestActor } from './request-actor.js';

/** Options for {@link RequestRefusals}. */
export interface RequestRefusalsOptions {
  /** Returns the method and the route of the request, which refusals carry for the log. */
  readonly route?: () => string | undefined;
  /** Returns the context of the checks, which their decisions contain. It is called once, for the first check. */
  readonly context?: () => CheckContext | undefined;
  /**
   * Returns the options of the explanations that the client of this request may see, if it may see any. It is called for each check that
   * can refuse the request. Default: the client sees none.
   */
  readonly explain?: Explain | undefined;
}

/**
 * Finds the refusals of the checks of one request: `undefined` for an allowed action. A result is kept, so that a repeated check decides
 * nothing.
 */
export class RequestRefusals<Actor> {
  readonly #authorizer: Authorizer;
  readonly #actor: RequestActor<Actor>;
  readonly #options: RequestRefusalsOptions;
  readonly #report: (error: Error) => void;
  #checkOptions: CheckOptions | undefined;
  #cache: Refusals | undefined;

  /** @param report receives an error of the hook `explain` */
  constructor(
    authorizer: Authorizer,
    actor: RequestActor<Actor>,
    options: RequestRefusalsOptions,
    report: (error: Error) => void,
  ) {
    this.#authorizer = authorizer;
    this.#actor = actor;
    this.#options = options;
    this.#report = report;
  }

  /** The context of the checks. */
  get context(): CheckContext | undefined {
    return this.#ofChecks.context;
  }

  /** Finds the refusal of an action. @param isExplained whether the client may see the refusal, with its explanation */
  find(action: string, resource: unknown, isExplained = false): Promise<AuthorizationError | undefined> {
    return this.#findCached(action, undefined, resource, isExplained, (actor, options) =>
      this.#authorizer.authorize(actor, action, resource, options),
    );
  }

  /** Finds the refusal of an action on a field. */
  findOfField(
    action: string,
    resource: unknown,
    field: string,
    isExplained = false,
  ): Promise<AuthorizationError | undefined> {
    return this.#findCached(action, field, resource, isExplained, (actor, options) =>
      this.#authorizer.authorizeField(actor, action, resource, field, options),
    );
  }

  /** Finds the refusal of the request itself. It is not kept, because a framework changes the request while it routes it. */
  async findOfRequest(request: unknown): Promise<AuthorizationError | undefined> {
    const actor = await this.#actor.find();
    return this.#refusalOf(this.#authorizer.authorizeRequest(actor, request, this.#ofRefusals));
  }

  /** Returns the refusal for a resource that does not exist. */
  ofMissing(action: string, options: RefusalOptions = this.#ofRefusals): AuthorizationError {
    return this.#withRoute(notFound(action, options.explain !== undefined));
  }

  #findCached(
    action: string,
    field: string | undefined,
    resource: unknown,
    isExplained: boolean,
    decide: (actor: Actor, options: RefusalOptions) => Promise<unknown>,
  ): Promise<AuthorizationError | undefined> {
    checkAction(action);
    const find = (actor: Actor, isPresent: boolean): Promise<AuthorizationError | undefined> => {
      const options: RefusalOptions = isExplained ? this.#ofRefusals : this.#ofChecks;
      if (resource === null || resource === undefined)
        return Promise.resolve(this.ofMissing(action, options));
      if (!isPresent) return this.#refusalOf(decide(actor, options));
      // The length tells the action and the field apart.
      const cached = field === undefined ? action : `${action.length} ${action} ${field}`;
      const refusals = field === undefined ? this.#kept.actions : this.#kept.fields;
      return refusals.get(cached, resource, (forget) => this.#refusalOf(decide(actor, options), forget));
    };
    const search = this.#actor.find();
    // Without waiting, where the actor is known.
    if (this.#actor.isKnown) return find(this.#actor.known, true);
    const { version } = this.#actor;
    return search.then((actor) => find(actor, this.#actor.isPresent(actor, version)));
  }

  /** @param forget is called for an error, which is not a decision */
  #refusalOf(
    decision: Promise<unknown>,
    forget: () => void = () => {},
  ): Promise<AuthorizationError | undefined> {
    return Promise.resolve(decision).then(
      () => undefined,
      (error: unknown) => {
        if (isAuthorizationError(error)) {
          showExplanation(error);
          return this.#withRoute(withoutStack(error));
        }
        forget();
        throw error;
      },
    );
  }

  #withRoute(refusal: AuthorizationError): AuthorizationError {
    refusal.route = this.#options.route?.();
    return refusal;
  }

  /** The options of the checks of this request. */
  get #ofChecks(): CheckOptions {
    if (this.#checkOptions === undefined) {
      const context = this.#options.context?.();
      this.#checkOptions = context === undefined ? {} : { context };
    }
    return this.#checkOptions;
  }

  /** The options of a check whose refusal the client may see. If the hook `explain` fails, nothing is explained. */
  get #ofRefusals(): RefusalOptions {
    const { explain } = this.#options;
    if (explain === undefined) return this.#ofChecks;
    try {
      const options = explain();
      return options === undefined ? this.#ofChecks : { ...this.#ofChecks, explain: options };
    } catch (error) {
      this.#report(toError(error) as Error);
      return this.#ofChecks;
    }
  }

  /** The refusals by the current policy of the current actor. */
  get #kept(): Refusals {
    const { version } = this.#actor;
    const { policyHash } = this.#authorizer;
    if (this.#cache?.version !== version || this.#cache.policyHash !== policyHash)
      this.#cache = { version, policyHash, actions: new DecisionCache(), fields: new DecisionCache() };
    return this.#cache;
  }
}

interface Refusals {
  /** The version of the actor. */
  readonly version: number;
  readonly policyHash: string;
  /** The decisions about actions, and about actions on fields. */
  readonly actions: DecisionCache<AuthorizationError | undefined>;
  readonly fields: DecisionCache<AuthorizationError | undefined>;
}
