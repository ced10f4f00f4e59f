import type { Authorizer, Class } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';
import { withType, type RowType } from './row-type.js';

/** The decisions about the fields of one object. */
interface Fields {
  /** The allowed fields that the policy lists; `undefined` until it has listed them. */
  allowed: ReadonlySet<string> | undefined;
  readonly listed: Promise<ReadonlySet<string>>;
  /** The checks of single fields. */
  readonly single: Map<string, Promise<void>>;
}

const none: ReadonlySet<string> = new Set();

/**
 * Decides on which fields of objects an actor may perform an action. For each object, one query lists the allowed fields, because one query
 * is faster than one check for each field. A field that is not listed is checked by itself: a rule for any field lists none.
 */
export class FieldDecisions {
  readonly #objects = new WeakMap<object, Fields>();

  constructor(
    private readonly authz: RequestAuthorization,
    private readonly action: string,
  ) {}

  get authorizer(): Authorizer {
    return this.authz.authorizer;
  }

  /** Returns whether the policy has listed the field as allowed, without a promise. */
  isKnown(object: unknown, field: string): boolean {
    return isObject(object) && this.#objects.get(object)?.allowed?.has(field) === true;
  }

  /**
   * @param typeOf returns the type of an object that shows none, if it is known
   * @throws {AuthorizationError} if the field is refused, or the request has no actor
   */
  authorize(object: unknown, field: string, typeOf: () => RowType | Class | undefined): Promise<void> {
    if (!isObject(object)) return this.authz.authorizeField(this.action, object, field);
    let fields = this.#objects.get(object);
    if (fields === undefined) {
      try {
        fields = this.#list(withType(this.authz, typeOf, object) as object);
      } catch (error) {
        return Promise.reject(error as Error);
      }
      this.#objects.set(object, fields);
    }
    const { listed, single } = fields;
    return listed.then((allowed) =>
      allowed.has(field) ? undefined : this.#checkOnce(object, field, single),
    );
  }

  #checkOnce(object: object, field: string, single: Fields['single']): Promise<void> {
    let check = single.get(field);
    if (check === undefined)
      single.set(field, (check = this.authz.authorizeField(this.action, object, field)));
    return check;
  }

  #list(object: object): Fields {
    const listed = this.authz.fields(this.action, object).then(
      (allowed) => (fields.allowed = allowed),
      () => (fields.allowed = none), // the check of the single field fails with the same error
    );
    const fields: Fields = { allowed: undefined, listed, single: new Map() };
    return fields;
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
