import type { Authorizer, TypesInput } from '@nanook/core';
import {
  routeName,
  type AuditedRoute,
  type CoveringTest,
  type FoundRoute,
  type GrantingRule,
  type Requirement,
} from './audited-route.js';
import { sumOf, type LoggedDecisions } from './logged-decisions.js';
import type { TestedAction } from './tested-actions.js';

/** The policy, the tests and the decisions with which the audit compares the routes. */
export interface AuditInput {
  readonly authorizer: Authorizer;
  readonly types: TypesInput;
  readonly tested: readonly TestedAction[];
  readonly logged: LoggedDecisions | undefined;
}

/** Adds to each route the rules that can grant its action, the tests that decide it, and the recorded decisions. */
export function assessRoutes(routes: readonly FoundRoute[], input: AuditInput): readonly AuditedRoute[] {
  return routes.map((route) => assess(route, input));
}

type Authorize = Extract<Requirement, { readonly kind: 'authorize' }>;

function assess(route: FoundRoute, { authorizer, types, tested, logged }: AuditInput): AuditedRoute {
  const authorizes = route.requirements.filter((each): each is Authorize => each.kind === 'authorize');
  const parts = authorizes.map(({ action, resource }) => {
    const type = typeNamed(resource, types);
    return {
      action,
      resource,
      rules: action === byMethod ? undefined : authorizer.policy.rulesFor(action, type),
      tests: tested
        .filter(
          (each) => each.action === action && (type === undefined || (each.types?.includes(type) ?? true)),
        )
        .map(({ test }) => test),
      decisions: logged?.of(action, type),
    };
  });
  const status = statusOf(route, authorizes.length > 0);
  const ungrantable = parts
    .filter(({ rules }) => rules?.length === 0)
    .map(({ action, resource }) => `no rule can allow "${action}" on ${resource}`);
  return {
    ...route,
    status,
    rules: unique(
      parts.flatMap(({ rules = [] }) => rules.map(({ file, line, text }) => ({ file, line, text }))),
    ),
    tests: unique<CoveringTest>(parts.flatMap(({ tests }) => tests)),
    decisions: logged && sumOf(parts.flatMap(({ decisions }) => decisions ?? [])),
    findings: [
      // A browser sends a preflight without credentials.
      ...(status === 'unprotected' && route.method !== 'OPTIONS'
        ? [`${routeName(route)} has no requirement`]
        : []),
      // The audit of NestJS reports an action that no rule can allow, too.
      ...(route.mistakes.length > 0 ? route.mistakes : ungrantable).map(
        (text) => `${routeName(route)}: ${text}`,
      ),
    ],
  };
}

/** The action of a handler of NestJS whose default depends on the request. */
const byMethod = 'by method';

function statusOf({ requirements, exempt }: FoundRoute, authorizes: boolean): AuditedRoute['status'] {
  if (authorizes) return 'authorized';
  if (requirements.some(({ kind }) => kind === 'skip')) return 'skipped';
  return exempt === undefined ? 'unprotected' : 'exempt';
}

/** Returns the declared type that a requirement names by its name or by its class; undefined for a loader. */
export function typeNamed(resource: string, types: TypesInput): string | undefined {
  if (Object.hasOwn(types, resource)) return resource;
  return Object.entries(types).find(([, input]) => {
    const found = typeof input === 'function' ? input : input.class;
    return found?.name === resource;
  })?.[0];
}

/** Removes rules and tests of the same place. */
const unique = <Place extends GrantingRule | CoveringTest>(places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values(),
];
