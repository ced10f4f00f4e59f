/** A requirement of a route, as the adapters list it. */
export type Requirement =
  | { readonly kind: 'authorize'; readonly action: string; readonly resource: string }
  | { readonly kind: 'request' }
  | { readonly kind: 'skip'; readonly reason: string };

/** A route of an application with its requirements. */
export interface FoundRoute {
  /** The HTTP method in capitals, `ALL`, `USE` for a handler that `app.use` mounts, or the kind of another entry point: `Query.note`, `WS rename`. */
  readonly method: string;
  /** The path; empty for an entry point that has none. */
  readonly path: string;
  /** The name of the handler. */
  readonly handler: string;
  /** The location of the handler, `file:line`; undefined where it is unknown. */
  readonly location: string | undefined;
  readonly requirements: readonly Requirement[];
  /** The reason why the route needs no requirement; undefined if it needs one. */
  readonly exempt: string | undefined;
  /** The mistakes that the adapter found in it. */
  readonly mistakes: readonly string[];
}

/** A place in a policy. */
export interface PolicyPlace {
  readonly file: string | undefined;
  /** 1-based. */
  readonly line: number;
}

/** A rule that can grant the action of a route. */
export interface GrantingRule extends PolicyPlace {
  readonly text: string;
}

/** A test in a policy that decides the action of a route. */
export interface CoveringTest extends PolicyPlace {
  readonly name: string;
}

/** The number of recorded decisions by their outcome. */
export interface DecisionCounts {
  readonly allowed: number;
  readonly denied: number;
  readonly undecided: number;
  readonly error: number;
}

/** A route with the parts of the policy, the tests and the decisions that belong to its requirements. */
export interface AuditedRoute extends FoundRoute {
  readonly status: 'authorized' | 'skipped' | 'exempt' | 'unprotected';
  readonly rules: readonly GrantingRule[];
  readonly tests: readonly CoveringTest[];
  /** Undefined without a log. */
  readonly decisions: DecisionCounts | undefined;
  /** The findings, which make the command exit with 1. */
  readonly findings: readonly string[];
}

/** Describes a requirement: `read Note`, `read findNote()`, `allow_request`, `skipped: liveness probe`. */
export function describeRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'authorize':
      return `${requirement.action} ${requirement.resource}`;
    case 'request':
      return 'allow_request';
    case 'skip':
      return `skipped: ${requirement.reason}`;
  }
}

/** Describes the requirements of a route, or the reason why it has none. */
export function describeRequirements({ requirements, exempt }: FoundRoute): string {
  if (requirements.length > 0) return requirements.map(describeRequirement).join(', ');
  return exempt ?? '– no requirement –';
}

/** Returns the name of a route: its method and its path. */
export const routeName = ({ method, path }: FoundRoute): string =>
  path === '' ? method : `${method} ${path}`;
