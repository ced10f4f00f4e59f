import {
  isAuthorizationError,
  isUndecided,
  renderExplanation,
  type Authorizer,
  type CheckContext,
  type Explanation,
  type Fact,
} from '@nanook/core';
import type { ActionOptions, EntityOptions } from '../entities/entity-options.js';
import {
  actionValue,
  EntityRows,
  hasGiven,
  idFieldOf,
  keyOf,
  type EntityTypes,
} from '../entities/entity-rows.js';
import type { AccessRequest, SentFact, WireEntity } from '../messages/access-request.js';

/** The result of one evaluation. */
export type Outcome = 'allowed' | 'denied' | 'undecided';

/** The parts of a server that decide. */
export interface DecidingParts {
  readonly authorizer: Authorizer;
  readonly entities: EntityTypes;
  readonly actions: ActionOptions | undefined;
}

/** The circumstances of a request. */
export interface DecidingOptions {
  readonly signal: AbortSignal;
  readonly context: CheckContext;
}

/** Decides the evaluations of one request, by one policy and with each row loaded once. */
export class Decider {
  readonly authorizer: Authorizer;
  readonly entities: EntityTypes;
  readonly actions: ActionOptions | undefined;
  readonly rows: EntityRows;
  /** The deciders with facts, by the text of the facts. The items of a batch often have the same ones. */
  #withFacts: Map<string, Promise<Decider | undefined>> | undefined;

  constructor(
    { authorizer, entities, actions }: DecidingParts,
    readonly options: DecidingOptions,
    rows?: EntityRows,
  ) {
    this.authorizer = authorizer.pinned();
    this.entities = entities;
    this.actions = actions;
    this.rows = rows ?? new EntityRows(this.authorizer, entities, options.signal);
  }

  /** Returns a decider for which facts hold, too; undefined if an entity in a fact does not exist, so that nothing is allowed. */
  withFacts(facts: readonly SentFact[] = []): Promise<Decider | undefined> {
    if (facts.length === 0) return Promise.resolve(this);
    const known = (this.#withFacts ??= new Map());
    const key = JSON.stringify(facts);
    let decider = known.get(key);
    if (decider === undefined) known.set(key, (decider = this.#createWithFacts(facts)));
    return decider;
  }

  async #createWithFacts(facts: readonly SentFact[]): Promise<Decider | undefined> {
    const found = await Promise.all(
      facts.map(async ({ name, args }): Promise<Fact> => {
        const values = args.map(async (arg) => (typeof arg === 'object' ? this.rows.find(arg) : arg));
        return [name, ...(await Promise.all(values))];
      }),
    );
    if (found.some((fact) => fact.includes(undefined))) return undefined;
    const { entities, actions, options, rows } = this;
    return new Decider({ authorizer: this.authorizer.withFacts(found), entities, actions }, options, rows);
  }

  /** Decides an evaluation. @throws the error of a check that fails, and of a row that cannot be loaded */
  async decide({ subject, action, resource, context, facts }: AccessRequest): Promise<Outcome> {
    try {
      const decider = facts === undefined ? this : await this.withFacts(facts);
      const actor = await this.rows.find(subject);
      if (decider === undefined || actor === undefined) return 'denied';
      const value = actionValue(this.actions, action, context);
      return (await decider.allows(actor, value, resource, 'check')) ? 'allowed' : 'denied';
    } catch (error) {
      if (isUndecided(error)) return 'undecided';
      throw error;
    }
  }

  /** Returns whether an action is allowed on a row. @throws as `Authorizer.can` does */
  check(actor: object, action: unknown, row: object): Promise<boolean> {
    return this.authorizer.can(actor, action as string, row, this.options);
  }

  /** Does what `check` does, without a record of the decision if the action is its name. */
  async test(actor: object, action: unknown, row: object): Promise<boolean> {
    if (typeof action !== 'string') return this.check(actor, action, row);
    const { signal } = this.options;
    const { allowed, undecided } = await this.authorizer.whoCan(action, row, [actor], { signal });
    if (undecided[0] !== undefined) throw undecided[0].error;
    return allowed.length > 0;
  }

  /** Returns whether an action is allowed on an entity. @throws as `Authorizer.can` does */
  async allows(
    actor: object,
    action: unknown,
    resource: WireEntity,
    check: 'check' | 'test',
  ): Promise<boolean> {
    const options = this.entities.get(resource.type);
    if (options === undefined) return false;
    if (isDecidedByDatabase(options, resource))
      return this.#allowsStored(actor, action as string, options, resource.id, check);
    const row = await this.rows.find(resource);
    return row !== undefined && (await this[check](actor, action, row));
  }

  /** Decides in the database, so that no related row is needed in memory. A test has no record of its decision. */
  async #allowsStored(
    actor: object,
    action: string,
    options: EntityOptions,
    id: string,
    check: 'check' | 'test',
  ): Promise<boolean> {
    const key = keyOf(options, id);
    if (key === undefined) return false;
    if (check === 'test') {
      const { signal } = this.options;
      const where = { [idFieldOf(options)]: key };
      const { rows } = await this.authorizer.list(actor, action, options.type, { where, take: 1, signal });
      return rows.length > 0;
    }
    try {
      await this.authorizer.one(actor, action, options.type, key, { ...this.options, checkRead: false });
      return true;
    } catch (error) {
      if (isAuthorizationError(error)) return false;
      throw error;
    }
  }

  /** Explains an evaluation, as data and as text; a text if it has no explanation. */
  async explain(request: AccessRequest): Promise<{ readonly text: string; readonly data?: Explanation }> {
    for (const { type } of [request.subject, request.resource])
      if (!this.entities.has(type)) return { text: `this server has no entities of the type \`${type}\`` };
    const actor = await this.rows.find(request.subject);
    if (actor === undefined) return { text: `there is no ${request.subject.type} with this id` };
    const options = this.entities.get(request.resource.type);
    if (options?.resources === true && options.find === undefined)
      return { text: `the database decides about ${request.resource.type}, which has no \`find\`` };
    const resource = await this.rows.find(request.resource);
    if (resource === undefined) return { text: `there is no ${request.resource.type} with this id` };
    const action = actionValue(this.actions, request.action, request.context);
    const decider = await this.withFacts(request.facts);
    if (decider === undefined) return { text: 'an entity in a fact does not exist' };
    const data = await decider.authorizer.explain(actor, action as string, resource, this.options);
    return { text: renderExplanation(data), data };
  }
}

/** Returns whether the database decides about an entity. Given fields replace stored ones only in memory. */
export const isDecidedByDatabase = (options: EntityOptions, entity: WireEntity): boolean =>
  options.resources === true && !hasGiven(options, entity);
