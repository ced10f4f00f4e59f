import { actionsFor } from '../model/answer.js';
import { decide, Pauses } from '../model/decide.js';
import type { LoadedProject } from '../model/load-project.js';
import { cellKey } from '../model/matrix.js';
import type { ProjectOutcomes } from './project-outcomes.js';

/** The resources of the data on which an actor may do what a route requires. */
export interface Reach {
  readonly actor: string;
  readonly allowed: readonly string[];
  /** The number of resources whose check is undecided or has failed. */
  readonly unanswered: number;
}

/** The actors of the data with what they reach, and the number of resources that were checked. */
export interface RouteReach {
  readonly action: string;
  readonly type: string | undefined;
  readonly resources: readonly string[];
  readonly actors: readonly Reach[];
  /** The number of checks that were left out, because there would be too many. */
  readonly omitted: number;
}

export interface RouteCheck {
  readonly action: string;
  /** Undefined if a function of the application loads the resource. */
  readonly type: string | undefined;
}

/** More checks would make a person wait, and their squares would not be readable. */
const maxChecks = 10_000;

/**
 * Decides the check of a route for each actor and each resource of the data on which the action exists. Of much data, the first actors and the
 * first resources are taken.
 */
export async function reachOf(
  loaded: LoadedProject,
  { action, type }: RouteCheck,
  known: ProjectOutcomes | undefined,
  signal?: AbortSignal,
): Promise<RouteReach> {
  const { authorizer, valueOf } = loaded;
  const all = loaded.resources.filter(
    (name) => isOfType(loaded, name, type) && actionsFor(loaded, name).own.includes(action),
  );
  const half = Math.sqrt(maxChecks);
  const shown = loaded.actors.slice(0, Math.max(half, Math.floor(maxChecks / all.length)));
  const resources = all.slice(0, Math.max(half, Math.floor(maxChecks / shown.length)));
  const pauses = new Pauses();
  const actors: Reach[] = [];
  for (const actor of shown) {
    const allowed: string[] = [];
    let unanswered = 0;
    for (const resource of resources) {
      const outcome =
        known?.get(cellKey({ actor, action, resource })) ??
        (await decide(authorizer, valueOf(actor), action, valueOf(resource)));
      if (outcome === 'allowed') allowed.push(resource);
      else if (outcome !== 'denied') unanswered++;
      await pauses.pauseIfNeeded();
      signal?.throwIfAborted();
    }
    actors.push({ actor, allowed, unanswered });
  }
  const omitted = loaded.actors.length * all.length - shown.length * resources.length;
  return { action, type, resources, actors, omitted };
}

function isOfType({ authorizer, valueOf, fixtures }: LoadedProject, name: string, type: string | undefined) {
  if (type === undefined || name === type) return true;
  return Object.hasOwn(fixtures, name) && authorizer.policy.typesOf(valueOf(name)).includes(type);
}
