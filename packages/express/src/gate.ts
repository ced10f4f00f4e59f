import type { Rule } from '@nanook/http';
import type { LayerPath } from './layer-path.js';

/** A rule that stands before routes of the same router, and lets requests go on to them. */
export interface Gate {
  readonly rule: Rule;
  readonly path: LayerPath;
  /** In capitals; `ALL` for every method. */
  readonly method: string;
  /** Whether it is for the path alone, as those of routes are; those of `use` are also for what lies below. */
  readonly isExact: boolean;
}

/**
 * Whether every request that gets to the layer at this path has passed the gate. Where the paths do not tell, it has not: better
 * a protected route that is listed as one without a rule, than the other way round.
 */
export function holdsFor(gate: Gate, path: LayerPath, method: string | typeof mounted): boolean {
  if (gate.method !== 'ALL' && gate.method !== method) return false;
  if (typeof gate.path !== 'string') return false;
  if (isEverything(gate.path)) return true;
  if (gate.isExact) return gate.path === path && method !== mounted;
  return gate.path === '/' || gate.path === path || (typeof path === 'string' && isBelow(gate.path, path));
}

/** In place of a method: a router, to which all methods get, and all that is below its path. */
export const mounted = Symbol('mounted');

/** In the words of Express 4, and of Express 5. */
const isEverything = (path: string): boolean => /^(\*|\/\*|\/\{\*\w+\})$/.test(path);

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
