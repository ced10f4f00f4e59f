import type { RouteRequirement } from '@nanook/http';
import { isEverything, type LayerPath } from '../internals/layer-path.js';

/** A requirement that a router uses before its routes, so that it counts for those after it below this path. */
export interface RouterLevelRequirement {
  readonly requirement: RouteRequirement;
  readonly path: LayerPath;
}

/**
 * Whether every request that gets to the layer at this path has passed the gate. Where the paths do not tell, it has not: better
 * a protected route that is listed as one without a requirement, than the other way round.
 */
export function holdsFor(gate: RouterLevelRequirement, path: LayerPath): boolean {
  if (typeof gate.path !== 'string') return false;
  if (isEverything(gate.path)) return true;
  return gate.path === path || (typeof path === 'string' && isBelow(gate.path, path));
}

const plainText = /^[\w.~%-]+$/;
const plainParameter = /^:\w+$/;

/** Segment by segment: the same text, or a parameter that takes any. */
function isBelow(gate: string, path: string): boolean {
  const segments = path.split('/').slice(1);
  return gate
    .replace(/\/$/, '')
    .split('/')
    .slice(1)
    .every((wanted, i) => {
      const segment = segments[i] ?? '';
      const isPlain = plainText.test(segment) || plainParameter.test(segment);
      return isPlain && (plainParameter.test(wanted) || (plainText.test(wanted) && wanted === segment));
    });
}
