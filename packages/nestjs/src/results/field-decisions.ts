import type { RequestAuthorization } from '@nanook/http';

/** What is known about the fields of one object. */
interface Fields {
  /** Those that are allowed, once the policy has listed them. */
  allowed: ReadonlySet<string> | undefined;
  readonly listed: Promise<ReadonlySet<string>>;
  /** What was asked about one by one. */
  readonly asked: Map<string, Promise<void>>;
}

const none: ReadonlySet<string> = new Set();

/**
 * The fields of objects on which an actor may do one thing. The policy is asked once an object which they are: half as long as one
 * question for each of ten fields takes. What it does not list, it is asked about by itself: a requirement for any field lists none.
 */
export class FieldDecisions {
  readonly #objects = new WeakMap<object, Fields>();

  constructor(
    private readonly authz: RequestAuthorization,
    private readonly action: string,
  ) {}

  /** Whether it is known to be allowed, at once. */
  isKnown(object: unknown, field: string): boolean {
    return isObject(object) && this.#objects.get(object)?.allowed?.has(field) === true;
  }

  /** @throws {AuthorizationError} when refused, or nobody asks */
  authorize(object: unknown, field: string): Promise<void> {
    if (!isObject(object)) return this.authz.authorizeField(this.action, object, field);
    let fields = this.#objects.get(object);
    if (fields === undefined) this.#objects.set(object, (fields = this.#list(object)));
    const { listed, asked } = fields;
    return listed.then((allowed) => (allowed.has(field) ? undefined : this.#askOnce(object, field, asked)));
  }

  #askOnce(object: object, field: string, asked: Fields['asked']): Promise<void> {
    let answer = asked.get(field);
    if (answer === undefined) asked.set(field, (answer = this.#ask(object, field)));
    return answer;
  }

  #list(object: object): Fields {
    const listed = this.authz.fields(this.action, object).then(
      (allowed) => (fields.allowed = allowed),
      () => (fields.allowed = none), // whatever it is, the question about the one field meets it as well
    );
    const fields: Fields = { allowed: undefined, listed, asked: new Map() };
    return fields;
  }

  async #ask(object: object, field: string): Promise<void> {
    const { authorizer } = this.authz;
    await authorizer.authorizeField(await this.authz.actor(), this.action, object, field);
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
