import { isUndecided } from '@nanook/core';
import { isDecidedByDatabase, type Decider } from '../decisions/decider.js';
import type { EntityOptions } from '../entities/entity-options.js';
import { actionValue, idOf, withType } from '../entities/entity-rows.js';
import {
  actionOf,
  entityOf,
  optionalObject,
  searchedType,
  type WireEntity,
} from '../messages/access-request.js';
import type { JsonObject } from '../messages/read-body.js';
import { badRequest } from '../messages/request-error.js';
import { findAllowed } from './candidates.js';
import type { Exchange } from './exchange.js';
import { answerPage, type Found, type SearchAnswer } from './page.js';
import type { Position } from './page-tokens.js';

/** A subject or a resource that a search has found. */
export interface FoundEntity {
  readonly type: string;
  readonly id: string;
}

/** A search for entities of a type of the wire. */
interface Search {
  readonly decider: Decider;
  readonly type: string;
  readonly options: EntityOptions;
}

const nothing: Found<never> = { results: [], next: undefined };

/** Answers: which subjects of a type may perform the action on the resource? */
export async function searchSubjects(
  exchange: Exchange,
  message: JsonObject,
): Promise<SearchAnswer<FoundEntity>> {
  const type = searchedType(message, 'subject');
  const [action, resource] = [actionOf(message), entityOf(message, 'resource')];
  exchange.noteTypes(type, resource.type);
  const context = optionalObject(message, 'context');
  const facts = exchange.factsOf(context);
  const signed = { search: 'subject', type, action, resource, context };
  return answerPage(exchange, message, signed, async (limit, position) => {
    const decider = await exchange.decider.withFacts(facts);
    if (decider === undefined) return nothing;
    const options = decider.entities.get(type);
    if (options === undefined || !(await exists(decider, resource))) return nothing;
    const value = actionValue(decider.actions, action, context);
    return findEntities(
      { decider, type, options },
      (actor) => decider.allows(actor, value, resource, 'test'),
      limit,
      position,
    );
  });
}

/** Returns whether there is such a resource, so that no candidate needs to be checked otherwise. */
async function exists(decider: Decider, resource: WireEntity): Promise<boolean> {
  const options = decider.entities.get(resource.type);
  if (options === undefined) return false;
  return isDecidedByDatabase(options, resource) || (await decider.rows.find(resource)) !== undefined;
}

/** Answers: on which resources of a type may the subject perform the action? */
export async function searchResources(
  exchange: Exchange,
  message: JsonObject,
): Promise<SearchAnswer<FoundEntity>> {
  const type = searchedType(message, 'resource');
  const [subject, wireAction] = [entityOf(message, 'subject'), actionOf(message)];
  exchange.noteTypes(subject.type, type);
  const context = optionalObject(message, 'context');
  const facts = exchange.factsOf(context);
  const signed = { search: 'resource', type, action: wireAction, subject, context };
  return answerPage(exchange, message, signed, async (limit, position) => {
    const decider = await exchange.decider.withFacts(facts);
    if (decider === undefined) return nothing;
    const options = decider.entities.get(type);
    if (options === undefined) return nothing;
    const actor = await decider.rows.find(subject);
    if (actor === undefined) return nothing;
    const action = actionValue(decider.actions, wireAction, context);
    if (options.resources === true)
      return listEntities({ decider, type, options }, actor, action, limit, position);
    return findEntities(
      { decider, type, options },
      (row) => decider.test(actor, action, row),
      limit,
      position,
    );
  });
}

/** Lists the rows with one query. */
async function listEntities(
  { decider, type, options }: Search,
  actor: object,
  action: unknown,
  limit: number,
  position: Position | undefined,
): Promise<Found<FoundEntity>> {
  const { signal } = decider.options;
  const { rows, next } = await decider.authorizer.list(actor, action as string, options.type, {
    take: limit,
    signal,
    ...(typeof position === 'string' && { after: position }),
  });
  return { results: rows.map((row) => ({ type, id: idOf(options, row) })), next: next ?? undefined };
}

async function findEntities(
  { decider, type, options }: Search,
  isAllowed: (row: object) => Promise<boolean>,
  limit: number,
  position: Position | undefined,
): Promise<Found<FoundEntity>> {
  if (options.all === undefined) throw badRequest(`entities of the type "${type}" cannot be searched`);
  const { results, next } = await findAllowed(
    options.all(),
    (row) => unlessUndecided(isAllowed(withType(decider.authorizer, options.type, row))),
    { limit, start: typeof position === 'number' ? position : 0, signal: decider.options.signal },
  );
  return { results: results.map((row) => ({ type, id: idOf(options, row) })), next };
}

/** Answers: which actions may the subject perform on the resource? */
export async function searchActions(
  exchange: Exchange,
  message: JsonObject,
): Promise<SearchAnswer<{ readonly name: string }>> {
  const [subject, resource] = [entityOf(message, 'subject'), entityOf(message, 'resource')];
  exchange.noteTypes(subject.type, resource.type);
  const context = optionalObject(message, 'context');
  const facts = exchange.factsOf(context);
  const signed = { search: 'action', subject, resource, context };
  return answerPage(exchange, message, signed, async (limit, position) => {
    const decider = await exchange.decider.withFacts(facts);
    if (decider === undefined) return nothing;
    const options = decider.entities.get(resource.type);
    const actor = await decider.rows.find(subject);
    if (options === undefined || actor === undefined || !(await exists(decider, resource))) return nothing;
    const names =
      decider.actions?.names ?? decider.authorizer.policy.actions(options.type, { resource: 'instance' });
    const { results, next } = await findAllowed(
      names,
      (name) => {
        const action = actionValue(decider.actions, { name, properties: {} }, context);
        return unlessUndecided(decider.allows(actor, action, resource, 'test'));
      },
      { limit, start: typeof position === 'number' ? position : 0, signal: decider.options.signal },
    );
    return { results: results.map((name) => ({ name })), next };
  });
}

/** An undecided candidate is not a result. Every other error fails the search. */
async function unlessUndecided(allowed: Promise<boolean>): Promise<boolean> {
  try {
    return await allowed;
  } catch (error) {
    if (isUndecided(error)) return false;
    throw error;
  }
}
