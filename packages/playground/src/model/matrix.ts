import { actionsFor } from './answer.js';
import { decide, Pauses, type CheckOutcome } from './decide.js';
import type { LoadedProject } from './load-project.js';
import type { Question } from './project-text.js';

/** The answers of all actors about the resources of one type. */
export interface MatrixTable {
  /** The type of the resources, or `Note itself`; undefined for values without a declared type. */
  readonly type: string | undefined;
  readonly actions: readonly string[];
  readonly rows: readonly MatrixRow[];
}

export interface MatrixRow {
  readonly resource: string;
  /** The outcomes of each action, in the order of the actors; undefined for an action that the resource has not. */
  readonly cells: readonly (readonly CheckOutcome[] | undefined)[];
}

export interface Matrix {
  readonly actors: readonly string[];
  readonly tables: readonly MatrixTable[];
  /** The number of checks that were left out, because there would be too many. */
  readonly omitted: number;
}

/** A page with more squares is not readable. */
const maxChecks = 20_000;

/**
 * Decides each action of each resource for each actor.
 *
 * @param signal stops the work when the policy has changed
 */
export async function matrixOf(loaded: LoadedProject, signal?: AbortSignal): Promise<Matrix> {
  const { actors, resources, authorizer, valueOf } = loaded;
  const pauses = new Pauses();
  const groups = new Map<string | undefined, { actions: Set<string>; resources: string[] }>();
  for (const resource of resources) {
    const { own } = actionsFor(loaded, resource);
    if (own.length === 0) continue;
    const type = typeName(resource);
    const group = groups.get(type) ?? { actions: new Set(), resources: [] };
    groups.set(type, group);
    group.resources.push(resource);
    for (const action of own) group.actions.add(action);
  }
  let [checks, omitted] = [0, 0];
  const tables: MatrixTable[] = [];
  for (const [type, group] of groups) {
    const actions = [...group.actions];
    const rows: MatrixRow[] = [];
    for (const resource of group.resources) {
      const value = valueOf(resource);
      const { own } = actionsFor(loaded, resource);
      const cells: (readonly CheckOutcome[] | undefined)[] = [];
      for (const action of actions) {
        if (!own.includes(action)) {
          cells.push(undefined);
          continue;
        }
        if (checks + actors.length > maxChecks) {
          omitted += actors.length;
          cells.push(undefined);
          continue;
        }
        checks += actors.length;
        const outcomes: CheckOutcome[] = [];
        for (const actor of actors) {
          outcomes.push(await decide(authorizer, valueOf(actor), action, value));
          await pauses.pauseIfNeeded();
          signal?.throwIfAborted();
        }
        cells.push(outcomes);
      }
      rows.push({ resource, cells });
    }
    tables.push({ type, actions, rows });
  }
  return { actors, tables, omitted };

  function typeName(resource: string): string | undefined {
    if (loaded.vocabulary().types.some(({ type }) => type === resource)) return `${resource} itself`;
    const [type] = authorizer.policy.typesOf(valueOf(resource));
    return type;
  }
}

/** Returns the outcomes by the names of actor, action and resource. */
export function outcomesOf({ actors, tables }: Matrix): ReadonlyMap<string, CheckOutcome> {
  const found = new Map<string, CheckOutcome>();
  for (const { actions, rows } of tables)
    for (const { resource, cells } of rows)
      cells.forEach((outcomes, i) =>
        outcomes?.forEach((outcome, j) =>
          found.set(cellKey({ actor: actors[j]!, action: actions[i]!, resource }), outcome),
        ),
      );
  return found;
}

export const cellKey = ({ actor, action, resource }: Question): string =>
  JSON.stringify([actor, action, resource]);
