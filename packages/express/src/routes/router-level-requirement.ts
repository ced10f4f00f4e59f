import type { RouteRequirement } from '@nanook/http';
import { isEverything, type LayerPath } from '../internals/layer-path.js';

/** A requirement that a router uses before its routes. It counts for the later routes below its path. */
export interface RouterLevelRequirement {
  readonly requirement: RouteRequirement;
  readonly path: LayerPath;
}

/**
 * Returns whether every request for a route at this path passes the requirement. Where the paths do not show it, the result is `false`:
 * a listing may call a protected route unprotected, but never the other way round.
 */
export function covers({ path: required }: RouterLevelRequirement, path: LayerPath): boolean {
  if (typeof required !== 'string') return false;
  if (isEverything(required)) return true;
  return required === path || (typeof path === 'string' && isBelow(required, path));
}

const plainText = /^[\w.~%-]+$/;
const plainParameter = /^:\w+$/;

/** Compares paths segment by segment: a segment matches the same text, and a parameter matches any segment. */
function isBelow(required: string, path: string): boolean {
  const segments = path.split('/').slice(1);
  return required
    .replace(/\/$/, '')
    .split('/')
    .slice(1)
    .every((wanted, i) => {
      const segment = segments[i] ?? '';
      const isPlain = plainText.test(segment) || plainParameter.test(segment);
      return isPlain && (plainParameter.test(wanted) || (plainText.test(wanted) && wanted === segment));
    });
}
