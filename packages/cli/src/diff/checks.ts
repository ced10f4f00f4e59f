import type { Authorizer } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';
import type { PolicyNode } from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import { participantsOf, scopeOf } from './policy-scope.js';
import { randomNumbers } from './random-numbers.js';

/** The checks of some values, in an order that is the same in each run. */
export interface CheckList {
  readonly length: number;
  at(index: number): DiffedCheck;
}

/**
 * Lists the checks of each actor: of each action on each resource, of each field that a rule names, and of each request.
 *
 * @param authorizers the old and the new policy; a name of either is checked
 */
export function checksOf(
  values: Fixtures,
  trees: readonly PolicyNode[],
  authorizers: readonly Authorizer[],
): CheckList {
  const { actors, resources } = participantsOf(values, scopeOf(trees), authorizers.at(-1)!);
  const actions = [...new Set(authorizers.flatMap((authorizer) => authorizer.policy.actions()))];
  const ofEachActor: readonly Omit<DiffedCheck, 'actor'>[] = [
    ...resources.flatMap((resource) => [
      ...actions.map((action) => ({ kind: 'allow', action, resource }) as const),
      ...fieldsOf(resource, authorizers).map(
        ([action, field]) => ({ kind: 'allow_field', action, resource, field }) as const,
      ),
    ]),
    ...requestsOf(values, trees, authorizers).map(
      (resource) => ({ kind: 'allow_request', resource }) as const,
    ),
  ];
  return {
    length: actors.length * ofEachActor.length,
    at: (index) => ({
      ...ofEachActor[index % ofEachActor.length]!,
      actor: actors[Math.floor(index / ofEachActor.length)],
    }),
  };
}

/**
 * Yields at most `count` checks of a list: one from each of `count` parts of equal length, at a random place. The same list gives the same
 * checks in each run.
 */
export function* sampled(checks: CheckList, count: number): Generator<DiffedCheck> {
  const random = randomNumbers();
  const parts = Math.min(count, checks.length);
  const startOf = (part: number): number => Math.floor((part * checks.length) / parts);
  for (let part = 0; part < parts; part++) {
    const start = startOf(part);
    yield checks.at(start + Math.floor(random() * (startOf(part + 1) - start)));
  }
}

/** Returns each pair of an action and a field that a rule of one of the policies names for the types of a resource. */
function fieldsOf(resource: unknown, authorizers: readonly Authorizer[]): [action: string, field: string][] {
  const pairs = new Map<string, [string, string]>();
  for (const authorizer of authorizers) {
    const types = authorizer.policy.typesOf(resource);
    for (const { type, fieldActions = [], fields = [] } of authorizer.policy.vocabulary().types)
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
    authorizers.some((authorizer) => authorizer.policy.typesOf(value).some((type) => named.has(type))),
  );
}
