import { ForbiddenError, NotFoundError } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { NanookServerError } from '../errors/nanook-server-error.js';
import { isJsonObject } from '../messages/read-body.js';
import { own } from '../messages/access-request.js';
import { checkTexts, maxDepth } from '../messages/strict-json.js';
import { baseUrlOf } from '../options/base-url.js';
import { EvaluationBatch, type SentEvaluation } from './batch.js';
import {
  checkRemoteOptions,
  type Evaluation,
  type RemoteAction,
  type RemoteEntity,
  type RemoteFact,
  type RemoteOptions,
} from './remote-options.js';
import { Wire } from './wire.js';

/** Options of one check. */
export interface RemoteCheckOptions {
  /** The `context` of the request, of which policies read the fields that the server declares. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** The facts that hold for this check only, of which the server declares the names and arguments. Another one is an error. */
  readonly facts?: readonly RemoteFact[];
}

/** The pages of a search, so that a server that repeats a page does not keep the client busy. */
const maxPages = 1_000;

/**
 * Decides through a decision server, for services without a policy. A failure is an error, and never a decision.
 *
 * @example
 * const remote = new RemoteAuthorizer({ url: 'https://pdp.example.com', key: process.env.PDP_KEY });
 * if (await remote.can({ type: 'user', id: 'ann' }, 'read', { type: 'note', id: 'n1' })) show(note);
 */
export class RemoteAuthorizer {
  readonly #options: RemoteOptions;
  readonly #url: string;
  readonly #wire: Wire;
  readonly #batch: EvaluationBatch;

  /** @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
  constructor(options: RemoteOptions) {
    checkRemoteOptions(options);
    this.#options = options;
    this.#url = baseUrlOf('url', options.url).href.replace(/\/+$/, '');
    this.#wire = new Wire(this.#url, options);
    this.#batch = new EvaluationBatch(options.batchSize ?? 100, (evaluations) => this.#evaluate(evaluations));
  }

  /**
   * Returns whether the actor may perform the action on the resource. An undecided check is `false`. The checks of one turn of the event loop
   * are one request.
   *
   * @throws {NanookServerError} `NANOOK_SERVER_UNREACHABLE`, `NANOOK_SERVER_REFUSED`, `NANOOK_SERVER_INVALID_ANSWER`
   * @throws {TypeError} for an actor or a resource without `type` and `id`, and for values that JSON does not have
   */
  async can(
    actor: unknown,
    action: RemoteAction,
    resource: unknown,
    options: RemoteCheckOptions = {},
  ): Promise<boolean> {
    const context = this.#contextOf(options);
    const text = textOf({
      subject: this.#entityOf(actor),
      action: actionOf(action),
      resource: this.#entityOf(resource),
      ...(context !== undefined && { context }),
    } satisfies Evaluation);
    return this.#batch.decide({ text, hasFacts: hasFacts(options) });
  }

  /** Returns the result of `can` for each of the resources, in their order. @throws the errors of `can` */
  canAll(
    actor: unknown,
    action: RemoteAction,
    resources: Iterable<unknown>,
    options?: RemoteCheckOptions,
  ): Promise<boolean[]> {
    return Promise.all([...resources].map((resource) => this.can(actor, action, resource, options)));
  }

  /**
   * Returns the resource, or throws if the actor may not perform the action on it.
   *
   * @throws {NotFoundError} when the actor may not even read the resource
   * @throws {ForbiddenError} when the actor may read the resource
   * @throws {NanookServerError} the errors of `can`
   */
  async authorize<Resource>(
    actor: unknown,
    action: RemoteAction,
    resource: Resource,
    options: RemoteCheckOptions & { readonly checkRead?: boolean } = {},
  ): Promise<Resource> {
    if (await this.can(actor, action, resource, options)) return resource;
    const { readAction = 'read' } = this.#options;
    const { name } = actionOf(action);
    const details = { resourceType: this.#entityOf(resource).type };
    if (options.checkRead === false) throw new ForbiddenError(name, details);
    const mayRead = name !== readAction && (await this.can(actor, readAction, resource, options));
    throw mayRead ? new ForbiddenError(name, details) : new NotFoundError(name, details);
  }

  /** Returns the names of the actions that the actor may perform on the resource. @throws {NanookServerError} the errors of `can` */
  async actions(actor: unknown, resource: unknown, options: RemoteCheckOptions = {}): Promise<Set<string>> {
    const request = { subject: this.#entityOf(actor), resource: this.#entityOf(resource) };
    return new Set(await this.#search('action', request, 'name', options));
  }

  /**
   * Returns the ids of the resources of a type on which the actor may perform the action, from all pages.
   *
   * @throws {NanookServerError} the errors of `can`
   */
  async ids(
    actor: unknown,
    action: RemoteAction,
    type: string,
    options: RemoteCheckOptions = {},
  ): Promise<readonly string[]> {
    const request = { subject: this.#entityOf(actor), action: actionOf(action), resource: { type } };
    return this.#search('resource', request, 'id', options);
  }

  /** Returns the context of a request, with the facts as the wire carries them. */
  #contextOf(options: RemoteCheckOptions): Evaluation['context'] {
    const { context, facts } = options;
    // A list of another kind, such as a Set, must not be sent as no facts: a fact can also take a permission away.
    if (facts !== undefined && !Array.isArray(facts as unknown))
      throw new TypeError(`expected a list as option \`facts\`, found ${describeValue(facts)}`);
    if (context !== undefined && Object.hasOwn(context, 'facts') && facts !== undefined)
      throw new TypeError('expected facts either in the option `facts` or in `context.facts`, found both');
    if (!hasFacts(options)) return context;
    const sent = facts!.map(([name, ...args]) => [
      name,
      ...args.map((arg) => (isValue(arg) ? arg : this.#entityOf(arg))),
    ]);
    return { ...context, facts: sent };
  }

  #entityOf(value: unknown): RemoteEntity {
    const { type, id, properties } = (this.#options.entityOf?.(value) ?? value) as RemoteEntity;
    if (typeof type !== 'string' || typeof id !== 'string')
      throw new TypeError(
        'an actor and a resource need a `type` and an `id`, which are texts; see the option `entityOf`',
      );
    return { type, id, ...(properties !== undefined && { properties }) };
  }

  async #evaluate(evaluations: readonly SentEvaluation[]): Promise<readonly (boolean | Error)[]> {
    const [first] = evaluations;
    if (first !== undefined && evaluations.length === 1) {
      const path = '/access/v1/evaluation';
      return [this.#decisionOf(path, await this.#wire.post(path, first.text, first.hasFacts))];
    }
    const path = '/access/v1/evaluations';
    const texts = evaluations.map(({ text }) => text);
    const answer = await this.#wire.post(
      path,
      `{"evaluations":[${texts.join()}]}`,
      evaluations.some((evaluation) => evaluation.hasFacts),
    );
    const items = isJsonObject(answer) ? own(answer, 'evaluations') : undefined;
    if (!Array.isArray(items) || items.length !== evaluations.length)
      throw this.#invalid(path, `\`evaluations\` must have ${evaluations.length} items`);
    return items.map((item: unknown) => this.#decisionOf(path, item));
  }

  /** Returns the decision of an answer, or the error of an item. */
  #decisionOf(path: string, answer: unknown): boolean | Error {
    const decision = isJsonObject(answer) ? own(answer, 'decision') : undefined;
    if (!isJsonObject(answer) || typeof decision !== 'boolean')
      return this.#invalid(path, '`decision` must be true or false');
    const context = own(answer, 'context');
    const error = isJsonObject(context) ? own(context, 'error') : undefined;
    if (!isJsonObject(error)) return decision;
    const url = `${this.#url}${path}`;
    const [status, reason] = [Number(own(error, 'status')), String(own(error, 'message'))];
    return new NanookServerError('NANOOK_SERVER_REFUSED', { url, status, reason });
  }

  async #search(
    kind: string,
    request: object,
    field: 'id' | 'name',
    options: RemoteCheckOptions,
  ): Promise<readonly string[]> {
    const context = this.#contextOf(options);
    const path = `/access/v1/search/${kind}`;
    const found: string[] = [];
    let page: object | undefined;
    for (let i = 0; i < maxPages; i++) {
      // oxlint-disable-next-line no-await-in-loop -- the token of a page is in the page before
      const answer = await this.#wire.post(path, textOf({ ...request, context, page }), hasFacts(options));
      const results = isJsonObject(answer) ? own(answer, 'results') : undefined;
      if (!isJsonObject(answer) || !Array.isArray(results))
        throw this.#invalid(path, '`results` must be a list');
      for (const result of results as readonly unknown[]) {
        const value = isJsonObject(result) ? own(result, field) : undefined;
        if (typeof value !== 'string') throw this.#invalid(path, `a result must have \`${field}\``);
        found.push(value);
      }
      const next = own(answer, 'page');
      const token = isJsonObject(next) ? own(next, 'next_token') : undefined;
      if (typeof token !== 'string' || token === '') return found;
      page = { token };
    }
    throw this.#invalid(path, `it has more than ${maxPages} pages`);
  }

  #invalid(path: string, reason: string): NanookServerError {
    return new NanookServerError('NANOOK_SERVER_INVALID_ANSWER', { url: `${this.#url}${path}`, reason });
  }
}

/**
 * Returns the JSON text of a request. A text that the server would refuse is an error here, because it would fail the other evaluations of
 * its batch, too.
 *
 * @throws {TypeError} for values that JSON does not have, such as a bigint, a cycle or half of a surrogate pair
 */
function textOf(request: object): string {
  try {
    const text = JSON.stringify(request);
    // A batch has two more levels.
    checkTexts(text, maxDepth - 2);
    return text;
  } catch (error) {
    throw new TypeError(`the request cannot be sent as JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** An empty list has no meaning, so that a caller without the scope `facts` can pass one. */
const hasFacts = ({ facts }: RemoteCheckOptions): boolean => facts !== undefined && facts.length > 0;

const isValue = (arg: unknown): boolean =>
  typeof arg === 'string' || typeof arg === 'number' || typeof arg === 'boolean';

const actionOf = (action: RemoteAction): Exclude<RemoteAction, string> =>
  typeof action === 'string' ? { name: action } : action;
