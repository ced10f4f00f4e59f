import type { RequestAuthorization } from '@nanook/http';
import type { User } from './domain.js';

/** What the client sent, by name: parameters of the path and the query; arguments of GraphQL; the data of a message. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The types that a rule can load one of, by id. */
export type Loadable = 'Organization' | 'Document' | 'Comment';

/** What a route demands, in the words that every adapter has. */
export type RouteRule =
  /** `id` names the input; without it the type itself is asked about. */
  | { readonly action: string; readonly type: Loadable; readonly id?: string }
  /** A loader of the route's own. */
  | { readonly action: string; readonly load: (inputs: Inputs) => unknown }
  | { readonly skip: string };

/** What a handler is handed, in whatever way its framework hands it over. */
export interface Call {
  /** Who asks, as the handler is told. */
  readonly actor: () => Promise<User>;
  readonly authz: RequestAuthorization;
  /** What the last rule loaded. */
  readonly resource: () => unknown;
  readonly inputs: Inputs;
}

export interface Route {
  /** Names it where there are no paths: the field of GraphQL, the pattern of a message. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** All must hold. None: somebody forgot. */
  readonly rules: readonly RouteRule[];
  /** When it answers; default 200. */
  readonly status?: 200 | 201 | 204;
  /** Leaves of the returned list what the actor may do this to. */
  readonly eachResult?: string;
  /** Leaves of the returned resource the fields on which the actor may do this. */
  readonly fields?: string;
  readonly answer: (call: Call) => unknown;
}

export const isSkip = (rule: RouteRule): rule is { readonly skip: string } => 'skip' in rule;

/** `/documents/:id` → `['id']` */
export const parametersOf = ({ path }: Route): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);

/** The names of all that a route reads. */
export const inputsOf = (route: Route): string[] => {
  const ids = route.rules.flatMap((rule) => ('id' in rule && rule.id !== undefined ? [rule.id] : []));
  return [...new Set([...parametersOf(route), ...ids, 'n'])];
};
