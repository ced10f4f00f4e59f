import { typed, type Authorizer } from '@nanook/core';
import type { WireAction, WireEntity } from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import type { ActionOptions, EntityOptions } from './entity-options.js';

/** The entities of a server by their types of the wire. */
export type EntityTypes = ReadonlyMap<string, EntityOptions>;

/** The field with the key of an entity. */
export const idFieldOf = ({ idField = 'id' }: EntityOptions): string => idField;

/** Returns the key of an id; undefined for a text that is not the canonical text of an integer. */
export const keyOf = ({ key }: EntityOptions, id: string): string | number | undefined =>
  key === 'integer' ? integerOf(id) : id;

function integerOf(id: string): number | undefined {
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? number : undefined;
}

/** Returns the id of a stored row. */
export function idOf(options: EntityOptions, row: object): string {
  const field = idFieldOf(options);
  const id = (row as Readonly<Record<string, unknown>>)[field];
  if (typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint') return String(id);
  throw new Error(`a row of ${options.type} has no id in the field \`${field}\``);
}

/** Returns those of the sent fields that callers may send. */
export const givenFields = (given: readonly string[] | undefined, sent: JsonObject): JsonObject =>
  Object.fromEntries(
    (given ?? []).flatMap((name) => (Object.hasOwn(sent, name) ? [[name, sent[name]]] : [])),
  );

/** Returns whether a caller has sent a field that replaces a stored one. */
export const hasGiven = ({ given = [] }: EntityOptions, { properties }: WireEntity): boolean =>
  given.some((name) => Object.hasOwn(properties, name));

/** Gives a row the type of the policy, if it has none. @throws {Error} for a row of another type, which would be a mistake in the options */
export function withType(authorizer: Authorizer, type: string, row: object): object {
  const types = authorizer.policy.typesOf(row);
  if (types.includes(type)) return row;
  const other = types.find((name) => name !== 'Dictionary');
  if (other !== undefined)
    throw new Error(`expected a row of the type ${type}, found one of the type ${other}`);
  return typed(type, row);
}

/** A stored row; nothing for an id that does not exist. */
type Stored = object | null | undefined;
/** A row as the policy sees it. */
type Row = object | undefined;

/** Loads entities. Each stored row is loaded once, so that all checks of a request see the same row. */
export class EntityRows {
  /** The stored rows by their types of the wire and by their ids. */
  readonly #stored = new Map<string, Map<string, Stored | Promise<Stored>>>();

  constructor(
    readonly authorizer: Authorizer,
    readonly types: EntityTypes,
    readonly signal: AbortSignal,
  ) {}

  /**
   * Returns the row of an entity with the given fields, or a promise of it; undefined if the type or the id does not exist. A row that arrives
   * after the end of the request rejects the promise, so that nothing is loaded because of it.
   */
  find(entity: WireEntity): Row | Promise<Row> {
    const options = this.types.get(entity.type);
    if (options === undefined) return undefined;
    const stored = this.#load(options, entity);
    if (!(stored instanceof Promise)) return this.#withGiven(options, entity, stored);
    return stored.then((row) => {
      this.signal.throwIfAborted();
      return this.#withGiven(options, entity, row);
    });
  }

  #withGiven(options: EntityOptions, entity: WireEntity, stored: Stored): Row {
    if (stored === undefined || stored === null) return undefined;
    const row = hasGiven(options, entity)
      ? replaced(stored, givenFields(options.given, entity.properties))
      : stored;
    return withType(this.authorizer, options.type, row);
  }

  #load(options: EntityOptions, { type, id }: WireEntity): Stored | Promise<Stored> {
    let rows = this.#stored.get(type);
    if (rows === undefined) this.#stored.set(type, (rows = new Map()));
    let row = rows.get(id);
    if (row === undefined) rows.set(id, (row = load(options, id)));
    return row;
  }
}

/** Returns a row or a promise of it, which is rejected if `find` throws. */
function load(options: EntityOptions, id: string): Stored | Promise<Stored> {
  const key = keyOf(options, id);
  if (key === undefined) return undefined;
  if (options.find === undefined) return { [idFieldOf(options)]: key };
  // The key has the type that the options declare.
  const find = options.find as (key: string | number) => Stored | PromiseLike<Stored>;
  return new Promise((resolve) => resolve(find(key)));
}

/** Returns a copy of a row with other values. The stored row is not changed, because the application may share it. */
function replaced(row: object, values: JsonObject): object {
  const given = Object.entries(values).map(([name, value]): [string, PropertyDescriptor] => [
    name,
    { value, enumerable: true, configurable: true, writable: true },
  ]);
  return Object.create(Object.getPrototypeOf(row) as object | null, {
    ...Object.getOwnPropertyDescriptors(row),
    ...Object.fromEntries(given),
  }) as object;
}

/** Returns the action as the policy sees it: its name, or a row. */
export function actionValue(
  options: ActionOptions | undefined,
  { name, properties }: WireAction,
  context: JsonObject,
): unknown {
  if (options === undefined) return name;
  return typed(options.type, {
    ...givenFields(options.given, properties),
    context: givenFields(options.context, context),
    name,
  });
}
