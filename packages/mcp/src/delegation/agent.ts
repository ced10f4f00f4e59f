import { typed, type TypeDeclaration } from '@nanook/core';

/**
 * An agent that acts on behalf of a user, or of another agent. A policy reads these fields.
 *
 * @typeParam User the type of the user
 */
export interface Agent<User = unknown> {
  /** The name by which the authorization server knows the agent. */
  readonly id: string;
  /** The application that made the request: the client of the token. */
  readonly client: string;
  /** The identifier of the user: the subject of the token. */
  readonly subject: string;
  /** The scopes that were delegated to the agent. */
  readonly scopes: readonly string[];
  /** The time until which the agent may act; `null` for no limit. */
  readonly until: Date | null;
  /** The purpose of the delegation; `null` if none was named. */
  readonly purpose: string | null;
  /** The user, or the agent, for whom it acts. */
  readonly onBehalfOf: User | Agent<User>;
}

/**
 * The type of agents, for the option `types` of an authorizer.
 *
 * @example
 * const authorizer = await Authorizer.load({ policies, types: { Agent: agentType, User: { fields: { name: 'String' } } } });
 */
export const agentType: TypeDeclaration = {
  key: 'id',
  fields: {
    id: 'String',
    client: 'String',
    subject: 'String',
    scopes: ['String'],
    until: 'Date?',
    purpose: 'String?',
    onBehalfOf: 'Any',
  },
};

const withMoreScopes = new WeakMap<object, (scopes: readonly string[]) => Agent>();

/** Creates an agent. @param withMore creates the agent that has further scopes */
export function createAgent<User>(
  fields: Agent<User>,
  withMore: (scopes: readonly string[]) => Agent<User>,
): Agent<User> {
  const agent = typed('Agent', { ...fields });
  withMoreScopes.set(agent, withMore);
  return agent;
}

/** Returns whether `delegatedActor` has created the actor. */
export const isAgent = (actor: unknown): actor is Agent =>
  typeof actor === 'object' && actor !== null && withMoreScopes.has(actor);

/** Returns the agent with further scopes, as far as the application lets it have them; another actor as it is. */
export const withScopes = (actor: unknown, scopes: readonly string[]): unknown =>
  isAgent(actor) ? withMoreScopes.get(actor)!(scopes) : actor;

/** Returns an agent, those for whom it acts, and the user, in this order. Another actor is a chain of one. */
export function chainOf(actor: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  let current = actor;
  while (isAgent(current)) {
    chain.push(current);
    current = current.onBehalfOf;
  }
  chain.push(current);
  return chain;
}
