import {
  isAuthorizationError,
  type AnyRow,
  type AuthorizationError,
  type Authorizer,
  type CheckContext,
  type CheckOptions,
  type DraftOptions,
  type ListOptions,
  type OneOptions,
  type RefusalOptions,
  type ResourcePage,
  type RowKey,
  type TypeReference,
} from '@nanook/core';
import { toError } from '../config-errors/authorization-config-error.js';
import { showExplanation, type Explain } from '../refusals/explained-refusal.js';
import { notFound, unauthenticated, withoutStack } from '../refusals/refusal.js';
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
  readonly #reporter: Reports;
  #checkOptions: CheckOptions | undefined;
  #cache: Refusals | undefined;

  /**
   * @param authorizer makes all decisions by one policy
   * @param reporter receives an error of the hook `explain`
   */
  constructor(
    authorizer: Authorizer,
    actor: RequestActor<Actor>,
    options: RequestRefusalsOptions,
    reporter: Reports,
  ) {
    this.#authorizer = authorizer;
    this.#actor = actor;
    this.#options = options;
    this.#reporter = reporter;
  }

  /** The context of the checks. */
  get context(): CheckContext | undefined {
    return this.#withContext().context;
  }

  /** Finds the refusal of an action. @param isExplained whether the client may see the refusal, with its explanation */
  find(action: string, resource: unknown, isExplained = false): Promise<AuthorizationError | undefined> {
    return this.#findFor({ action, field: undefined, resource, isExplained });
  }

  /** Finds the refusal of an action on a field. */
  findOfField(
    action: string,
    resource: unknown,
    field: string,
    isExplained = false,
  ): Promise<AuthorizationError | undefined> {
    return this.#findFor({ action, field, resource, isExplained });
  }

  /** Finds those of the fields on which the actor may perform the action, with one decision. */
  async findFields(
    action: string,
    resource: object,
    fields: readonly string[],
  ): Promise<ReadonlySet<string>> {
    checkAction(action);
    const actor = await this.#actor.find();
    const { isAnonymous, version } = this.#actor;
    const decide = async (forget?: () => void): Promise<ReadonlySet<string>> => {
      try {
        return await this.#authorizer.filterFields(actor, action, resource, fields, this.#ofChecks());
      } catch (error) {
        forget?.();
        throw error;
      }
    };
    const allowed = await (this.#actor.isPresent(actor, version)
      ? this.#keptMasks().get(maskOf(action, fields), resource, decide)
      : decide());
    if (isAnonymous && allowed.size < fields.length) this.#actor.noteUnauthenticated();
    return allowed;
  }

  /** Finds the refusal of the request itself. It is not kept, because a framework changes the request while it routes it. */
  async findOfRequest(request: unknown): Promise<AuthorizationError | undefined> {
    const actor = await this.#actor.find();
    const { isAnonymous } = this.#actor;
    return this.#refusalOf(
      this.#authorizer.authorizeRequest(actor, request, this.#ofRefusals()),
      isAnonymous,
    );
  }

  /** Returns the refusal for a resource that does not exist. */
  ofMissing(action: string, options = this.#ofRefusals()): AuthorizationError {
    return this.#ofActor(notFound(action, options?.explain !== undefined), this.#actor.isAnonymous);
  }

  /** Returns the row that has a key, and keeps the decisions about it as {@link list} does. @throws the refusal of the action */
  async one(
    action: string,
    type: TypeReference,
    key: RowKey | null | undefined,
    options?: OneOptions,
  ): Promise<object> {
    checkAction(action);
    const actor = await this.#actor.find();
    const { isAnonymous, version } = this.#actor;
    if (isNoKey(key)) throw this.ofMissing(action);
    const check = this.#authorizer.one<AnyRow>(actor, action, type, key, { ...this.#ofChecks(), ...options });
    const row: object = await this.#orRefusal(check, isAnonymous);
    if (this.#actor.isPresent(actor, version)) this.#keepListed(action, options?.fields, row);
    return row;
  }

  /** Returns the values of a row that the actor may create. @throws the refusal of the action */
  async authorizeNew<Values extends object>(
    action: string,
    type: TypeReference,
    values: Values,
    options?: DraftOptions,
  ): Promise<Values> {
    checkAction(action);
    const actor = await this.#actor.find();
    const { isAnonymous } = this.#actor;
    const all = { ...this.#ofRefusals(), ...options };
    return this.#orRefusal(this.#authorizer.authorizeNew(actor, action, type, values, all), isAnonymous);
  }

  /** Returns the changes that the actor may make to a row. @throws the refusal of the action */
  async authorizeChange<Changes extends object>(
    action: string,
    type: TypeReference,
    key: RowKey | null | undefined,
    changes: Changes,
    options?: DraftOptions,
  ): Promise<Changes> {
    checkAction(action);
    const actor = await this.#actor.find();
    const { isAnonymous } = this.#actor;
    if (isNoKey(key)) throw this.ofMissing(action);
    const all = { ...this.#ofRefusals(), ...options };
    const checked = this.#authorizer.authorizeChange(actor, action, type, key, changes, all);
    return this.#orRefusal(checked, isAnonymous);
  }

  /** Returns the result of a check, or throws its refusal with the route of the request. */
  async #orRefusal<Result>(check: Promise<Result>, isAnonymous: boolean): Promise<Result> {
    try {
      return await check;
    } catch (error) {
      if (!isAuthorizationError(error)) throw error;
      showExplanation(error);
      throw this.#ofActor(withoutStack(error), isAnonymous);
    }
  }

  /**
   * Lists rows, and keeps the decisions that the database made about them: each row is allowed, and has the fields that the actor may use. So
   * a later check of a row does not need its related rows.
   */
  async list(action: string, type: TypeReference, options: ListOptions = {}): Promise<ResourcePage<object>> {
    const actor = await this.#actor.find();
    const { version } = this.#actor;
    const page: ResourcePage<object> = await this.#authorizer.list<AnyRow>(actor, action, type, options);
    if (this.#actor.isPresent(actor, version))
      for (const row of page.rows) this.#keepListed(action, options.fields, row);
    return page;
  }

  #keepListed(action: string, fieldAction: string | undefined, row: object): void {
    void this.#keptFor(undefined).get(action, row, () => Promise.resolve(undefined));
    if (fieldAction === undefined) return;
    const fields = Object.keys(row);
    void this.#keptMasks().get(maskOf(fieldAction, fields), row, () => Promise.resolve(new Set(fields)));
  }

  #findFor(question: Question): Promise<AuthorizationError | undefined> {
    checkAction(question.action);
    const search = this.#actor.search();
    // Without waiting, where the actor is known.
    if (search === undefined) return this.#findKept(this.#actor.known, question);
    const { version } = this.#actor;
    return search.then((actor) =>
      this.#actor.isPresent(actor, version) ? this.#findKept(actor, question) : this.#ask(actor, question),
    );
  }

  /** Finds a refusal for the present actor. */
  #findKept(actor: Actor, question: Question): Promise<AuthorizationError | undefined> {
    const { action, field, resource } = question;
    if (resource === null || resource === undefined) return this.#ask(actor, question);
    // The length tells the action and the field apart.
    const cached = field === undefined ? action : `${action.length} ${action} ${field}`;
    return this.#keptFor(field).get(cached, resource, (forget) => this.#ask(actor, question, forget));
  }

  /** Makes the decision. @param forget is called for an error, which is not a decision */
  #ask(
    actor: Actor,
    { action, field, resource, isExplained }: Question,
    forget?: () => void,
  ): Promise<AuthorizationError | undefined> {
    const options = isExplained ? this.#ofRefusals() : this.#ofChecks();
    if (resource === null || resource === undefined) return Promise.resolve(this.ofMissing(action, options));
    const { isAnonymous } = this.#actor;
    const decision: Promise<unknown> =
      field === undefined
        ? this.#authorizer.authorize(actor, action, resource, options)
        : this.#authorizer.authorizeField(actor, action, resource, field, options);
    return this.#refusalOf(decision, isAnonymous, forget);
  }

  /** @param forget is called for an error, which is not a decision */
  #refusalOf(
    decision: Promise<unknown>,
    isAnonymous: boolean,
    forget?: () => void,
  ): Promise<AuthorizationError | undefined> {
    return Promise.resolve(decision).then(
      () => undefined,
      (error: unknown) => {
        if (isAuthorizationError(error)) {
          showExplanation(error);
          return this.#ofActor(withoutStack(error), isAnonymous);
        }
        forget?.();
        throw error;
      },
    );
  }

  /** Completes a refusal: an anonymous actor may sign in, which only a 401 says. */
  #ofActor(refusal: AuthorizationError, isAnonymous: boolean): AuthorizationError {
    const completed = isAnonymous ? unauthenticated(refusal) : refusal;
    if (isAnonymous) this.#actor.noteUnauthenticated();
    completed.route = this.#options.route?.();
    return completed;
  }

  /** The options of the checks of this request. */
  #ofChecks(): CheckOptions | undefined {
    // The context is for the log only. A precompiled policy does not say whether it has one.
    if (this.#authorizer.recordsDecisions === false) return undefined;
    return this.#withContext();
  }

  #withContext(): CheckOptions {
    if (this.#checkOptions === undefined) {
      const context = this.#options.context?.();
      this.#checkOptions = context === undefined ? {} : { context };
    }
    return this.#checkOptions;
  }

  /** The options of a check whose refusal the client may see. If the hook `explain` fails, nothing is explained. */
  #ofRefusals(): RefusalOptions | undefined {
    if (this.#options.explain === undefined) return this.#ofChecks();
    try {
      const options = this.#options.explain();
      return options === undefined ? this.#ofChecks() : { ...this.#ofChecks(), explain: options };
    } catch (error) {
      this.#reporter.report(toError(error) as Error);
      return this.#ofChecks();
    }
  }

  /** The refusals of the current actor, about actions or about actions on fields. */
  #keptFor(field: string | undefined): DecisionCache<AuthorizationError | undefined> {
    return (this.#kept()[field === undefined ? 'actions' : 'fields'] ??= new DecisionCache());
  }

  /** The fields that the current actor may see. */
  #keptMasks(): DecisionCache<ReadonlySet<string>> {
    return (this.#kept().masks ??= new DecisionCache());
  }

  #kept(): Refusals {
    const { version } = this.#actor;
    if (this.#cache?.version !== version)
      this.#cache = { version, actions: undefined, fields: undefined, masks: undefined };
    return this.#cache;
  }
}

const isNoKey = (key: RowKey | null | undefined): key is null | undefined =>
  key === null || key === undefined || Number.isNaN(key);

/** Returns the part of a decision about fields that the resource is not. */
const maskOf = (action: string, fields: readonly string[]): string => JSON.stringify([action, fields]);

/** The question of one check: may the actor do this? */
interface Question {
  readonly action: string;
  readonly field: string | undefined;
  readonly resource: unknown;
  readonly isExplained: boolean;
}

interface Reports {
  report(error: Error): void;
}

interface Refusals {
  /** The version of the actor. */
  readonly version: number;
  actions: DecisionCache<AuthorizationError | undefined> | undefined;
  fields: DecisionCache<AuthorizationError | undefined> | undefined;
  masks: DecisionCache<ReadonlySet<string>> | undefined;
}
