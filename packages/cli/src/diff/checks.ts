import type { Authorizer, DiffedCheck } from '@nanook/core';
import type { PolicyNode } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import { participantsOf, scopeOf } from './policy-scope.js';

/**
 * Yields the checks of each actor: of each action on each resource, of each field that a rule names, and of each request.
 *
 * @param authorizers the old and the new policy; a name of either is checked
 */
export function* checksOf(
  values: Fixtures,
  trees: readonly PolicyNode[],
  authorizers: readonly Authorizer[],
): Generator<DiffedCheck> {
  const { actors, resources } = participantsOf(values, scopeOf(trees), authorizers.at(-1)!);
  const actions = new Set(authorizers.flatMap((authorizer) => authorizer.grantableActions()));
  const requests = requestsOf(values, trees, authorizers);
  for (const actor of actors) {
    for (const resource of resources) {
      for (const action of actions) yield { kind: 'allow', actor, action, resource };
      for (const [action, field] of fieldsOf(resource, authorizers))
        yield { kind: 'allow_field', actor, action, resource, field };
    }
    for (const resource of requests) yield { kind: 'allow_request', actor, resource };
  }
}

/** Returns each pair of an action and a field that a rule of one of the policies names for the types of a resource. */
function fieldsOf(resource: unknown, authorizers: readonly Authorizer[]): [action: string, field: string][] {
  const pairs = new Map<string, [string, string]>();
  for (const authorizer of authorizers) {
    const types = authorizer.typesOf(resource);
    for (const { type, fieldActions = [], fields = [] } of authorizer.vocabulary().types)
      if (types.includes(type))
        for (const action of fieldActions)
          for (const field of fields) pairs.set(JSON.stringify([action, field]), [action, field]);
  }
  return [...pairs.values()];
}

/** Returns the values of the types that rules `allow_request` name for a request. */
function requestsOf(
  values: Fixtures,
  trees: readonly PolicyNode[],
  authorizers: readonly Authorizer[],
): unknown[] {
  const rules = trees
    .flatMap(({ statements }) => statements)
    .filter((statement) => statement.kind === 'rule')
    .filter(({ name }) => name === 'allow_request');
  const named = new Set(
    rules.flatMap(({ parameters: [, request] }) =>
      request?.specializer?.kind === 'instance-pattern' ? [request.specializer.className] : [],
    ),
  );
  return Object.values(values).filter((value) =>
    authorizers.some((authorizer) => authorizer.typesOf(value).some((type) => named.has(type))),
  );
}
