import type { Authorizer } from '@nanook/core';
import type { PolicyNode } from '@nanook/core/syntax';
import { blocksOf } from '@nanook/analysis';
import type { Fixtures } from '../project/config.js';

/** The types of actors and resources that policies name. */
export interface PolicyScope {
  readonly actorTypes: ReadonlySet<string>;
  readonly resourceTypes: ReadonlySet<string>;
}

const predicates = new Set(['allow', 'allow_field', 'has_permission', 'has_role']);

/** Reads the types from blocks, and from the first and the last parameter of rules such as `allow`. */
export function scopeOf(trees: readonly PolicyNode[]): PolicyScope {
  const actorTypes = new Set<string>();
  const resourceTypes = new Set<string>();
  for (const { keyword, className } of blocksOf(trees))
    (keyword?.name === 'actor' ? actorTypes : resourceTypes).add(className.name);
  for (const { statements } of trees)
    for (const statement of statements) {
      if (statement.kind !== 'rule' || !predicates.has(statement.name)) continue;
      const [actor, , resource] = statement.parameters.map(({ specializer }) =>
        specializer?.kind === 'instance-pattern' ? specializer.className : undefined,
      );
      if (actor !== undefined) actorTypes.add(actor);
      if (resource !== undefined) resourceTypes.add(resource);
    }
  for (const generic of ['Actor', 'Resource'])
    for (const types of [actorTypes, resourceTypes]) types.delete(generic);
  return { actorTypes, resourceTypes };
}

/** The actors and the resources of checks. */
export interface Participants {
  readonly actors: readonly unknown[];
  readonly resources: readonly unknown[];
}

/**
 * Sorts values into actors and resources by their types. A value of a type that the policies do not name is both, except for `null`, which
 * is only the actor of a request without a user. The types of resources are resources, too, for actions such as *create*.
 */
export function participantsOf(
  values: Fixtures,
  { actorTypes, resourceTypes }: PolicyScope,
  authorizer: Authorizer,
): Participants {
  const actors = new Set<unknown>();
  const resources = new Set<unknown>();
  for (const value of Object.values(values)) {
    const types = authorizer.policy.typesOf(value);
    const isActor = types.some((type) => actorTypes.has(type));
    const isResource = types.some((type) => resourceTypes.has(type));
    if (isActor || !isResource) actors.add(value);
    if (isResource || (!isActor && value !== null)) resources.add(value);
  }
  for (const type of resourceTypes) resources.add(authorizer.type(type));
  return { actors: [...actors], resources: [...resources] };
}
