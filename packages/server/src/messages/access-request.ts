import { badRequest } from './request-error.js';
import { isJsonObject, type JsonObject } from './read-body.js';

/** A subject or a resource of a request. */
export interface WireEntity {
  readonly type: string;
  readonly id: string;
  readonly properties: JsonObject;
}

/** An action of a request. */
export interface WireAction {
  readonly name: string;
  readonly properties: JsonObject;
}

/** A fact that a caller sent for one decision: `["has_role", {"type": "user", "id": "ann"}, "member", …]`. */
export interface SentFact {
  readonly name: string;
  readonly args: readonly (WireEntity | string | number | boolean)[];
}

/** The entities of one evaluation. */
export interface AccessRequest {
  readonly subject: WireEntity;
  readonly action: WireAction;
  readonly resource: WireEntity;
  readonly context: JsonObject;
  /** The facts that the caller sent in the context, if it may. */
  readonly facts?: readonly SentFact[];
}

/** Returns an own property, so that no key reaches `Object.prototype`. */
export const own = (message: JsonObject, key: string): unknown =>
  Object.hasOwn(message, key) ? message[key] : undefined;

/** Returns an object of the request; an empty one if it is absent. @throws {RequestError} 400 for another value */
export function optionalObject(message: JsonObject, key: string, path = key): JsonObject {
  const value = own(message, key);
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw badRequest(`\`${path}\` must be an object`);
  return value;
}

function requiredObject(message: JsonObject, key: string): JsonObject {
  const value = own(message, key);
  if (value === undefined) throw badRequest(`\`${key}\` is missing`);
  if (!isJsonObject(value)) throw badRequest(`\`${key}\` must be an object`);
  return value;
}

function requiredText(entity: JsonObject, key: string, field: string): string {
  const value = own(entity, field);
  if (value === undefined) throw badRequest(`\`${key}.${field}\` is missing`);
  if (typeof value !== 'string') throw badRequest(`\`${key}.${field}\` must be a string`);
  return value;
}

/** Reads `subject` or `resource`. @throws {RequestError} 400 */
export const entityOf = (message: JsonObject, key: 'subject' | 'resource'): WireEntity =>
  entityIn(requiredObject(message, key), key);

/** Reads an entity. @param path its place in the request @throws {RequestError} 400 */
export const entityIn = (entity: JsonObject, path: string): WireEntity => ({
  type: requiredText(entity, path, 'type'),
  id: requiredText(entity, path, 'id'),
  properties: optionalObject(entity, 'properties', `${path}.properties`),
});

/** Reads the type of the `subject` or the `resource` that a search looks for; its id is ignored. @throws {RequestError} 400 */
export function searchedType(message: JsonObject, key: 'subject' | 'resource'): string {
  return requiredText(requiredObject(message, key), key, 'type');
}

/** Reads `action`. @throws {RequestError} 400 */
export function actionOf(message: JsonObject): WireAction {
  const action = requiredObject(message, 'action');
  return {
    name: requiredText(action, 'action', 'name'),
    properties: optionalObject(action, 'properties', 'action.properties'),
  };
}

/** Reads one evaluation. @throws {RequestError} 400 */
export const accessRequestOf = (message: JsonObject): AccessRequest => ({
  subject: entityOf(message, 'subject'),
  action: actionOf(message),
  resource: entityOf(message, 'resource'),
  context: optionalObject(message, 'context'),
});

/** Returns whether the caller asks for explanations. An evaluation has no other options, and unknown fields are ignored. */
export function wantsExplanation(message: JsonObject): boolean {
  const options = own(message, 'options');
  return isJsonObject(options) && own(options, 'explain') === true;
}
