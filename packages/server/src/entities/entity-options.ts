/** The entities of one type of the wire, such as `user`, as the policy sees them. */
export type EntityOptions = TextEntityOptions | IntegerEntityOptions;

/** Entities whose key is a text. */
export interface TextEntityOptions extends CommonEntityOptions {
  readonly key?: 'text' | undefined;
  /**
   * Loads the stored row of an id; nothing for an id that does not exist, which is a denial. Without `find` and `resources`, an entity has
   * only its id and the `given` fields.
   */
  find?(this: void, id: string): object | null | undefined | PromiseLike<object | null | undefined>;
}

/** Entities whose key is an integer. An id that is not the canonical text of an integer does not exist. */
export interface IntegerEntityOptions extends CommonEntityOptions {
  readonly key: 'integer';
  /** Loads the stored row of a key; nothing for a key that does not exist, which is a denial. */
  find?(this: void, id: number): object | null | undefined | PromiseLike<object | null | undefined>;
}

/** Options of all entities. */
export interface CommonEntityOptions {
  /** The type in the policy, such as `User`. */
  readonly type: string;
  /** Lists the rows among which a search looks, in a fixed order. */
  all?(this: void): Iterable<object> | AsyncIterable<object>;
  /** Whether the rows come from the option `resources` of the authorizer: one query for a check, and one for a page of a search. */
  readonly resources?: boolean;
  /** The field with the key. Default: `id`. */
  readonly idField?: string;
  /** The fields that callers may send as properties. They replace the stored ones; every other property is ignored. Default: none. */
  readonly given?: readonly string[];
}

/** The actions, if policies read more than their name. */
export interface ActionOptions {
  /** The type of an action in the policy. An action is a row with the fields `name`, `given` and `context`. */
  readonly type: string;
  /** The fields that callers may send as properties of an action. Default: none. */
  readonly given?: readonly string[];
  /** The fields of the `context` of a request that policies may read, as `action.context.…`. Default: none. */
  readonly context?: readonly string[];
  /** The names among which an action search looks. */
  readonly names: readonly string[];
}
