import type { RequestAuthorization } from '@nanook/http';
import type { User } from './domain.js';

/** The values that the client sent, by name: parameters of path and query, arguments of GraphQL, or the data of a message. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The types that have a loader. */
export type Loadable = 'Organization' | 'Document' | 'Comment';

/** The requirement of a route, in terms that every adapter has. */
export type RouteRequirement =
  /** `id` names the input; without it, the resource is the type itself. */
  | { readonly action: string; readonly type: Loadable; readonly id?: string }
  /** With a loader for this route. */
  | { readonly action: string; readonly load: (inputs: Inputs) => unknown }
  | { readonly skip: string };

/** The values that a handler receives, in the way of its framework. */
export interface Call {
  /** The actor, as the framework passes it to the handler. */
  readonly actor: () => Promise<User>;
  readonly authz: RequestAuthorization;
  /** The resource that the last requirement loaded. */
  readonly resource: () => unknown;
  readonly inputs: Inputs;
}

export interface Route {
  /** The name in protocols without paths: the field of GraphQL, the pattern of a message. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** All of them must hold. A route without requirements is unprotected. */
  readonly requirements: readonly RouteRequirement[];
  /** The status of a successful response. Default: 200. */
  readonly status?: 200 | 201 | 204;
  /** Filters the returned list by this action. */
  readonly eachResult?: string;
  /** Filters the fields of the returned resource by this action. */
  readonly fields?: string;
  readonly answer: (call: Call) => unknown;
}

export const isSkip = (requirement: RouteRequirement): requirement is { readonly skip: string } =>
  'skip' in requirement;

/** Returns the names of the path parameters: `/documents/:id` has `['id']`. */
export const parametersOf = ({ path }: Route): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);

/** Returns the names of the inputs that a route reads. */
export const inputsOf = (route: Route): string[] => {
  const ids = route.requirements.flatMap((requirement) =>
    'id' in requirement && requirement.id !== undefined ? [requirement.id] : [],
  );
  return [...new Set([...parametersOf(route), ...ids, 'n'])];
};
