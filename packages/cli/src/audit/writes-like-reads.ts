import { describeRequirement, routeName, type FoundRoute, type Requirement } from './audited-route.js';

type Authorize = Extract<Requirement, { readonly kind: 'authorize' }>;

const reads = /^(?:GET|HEAD|Query\..*)$/;
const writes = /^(?:PUT|PATCH|POST|DELETE|Mutation\..*)$/;

/**
 * Notes the routes that write and demand no other action than a route that reads the same resource, so that every reader may also write.
 * Usually the requirement was copied. Requirements are about the same resource if they name the same type or loader; for a loader without a
 * name, if their routes have the same path.
 */
export function writesLikeReads(routes: readonly FoundRoute[]): readonly string[] {
  const readers = new Map<string, FoundRoute>();
  for (const route of routes)
    if (reads.test(route.method))
      for (const requirement of authorizesOf(route))
        if (!readers.has(keyOf(requirement, route))) readers.set(keyOf(requirement, route), route);
  return routes.flatMap((route) => {
    const requirements = authorizesOf(route);
    const reader = requirements.map((requirement) => readers.get(keyOf(requirement, route)));
    const last = reader.at(-1);
    if (!writes.test(route.method) || last === undefined || reader.includes(undefined)) return [];
    const required = requirements.map(describeRequirement).join(', ');
    return [
      `${routeName(route)} requires ${required}, like ${routeName(last)}; if not every reader may write, require another action`,
    ];
  });
}

/** Returns the actions that a route demands. The default action of a handler of NestJS depends on its method, so it is left out. */
const authorizesOf = ({ requirements }: FoundRoute): readonly Authorize[] =>
  requirements.filter((each): each is Authorize => each.kind === 'authorize' && each.action !== 'by method');

const keyOf = ({ action, resource }: Authorize, { path }: FoundRoute): string =>
  JSON.stringify([action, resource, resource === 'loader()' ? path : '']);
