import { type PolarError, isUndecided } from '../diagnostics/polar-error.js';
import type { Arguments } from '../engine/query/query-run.js';
import { handleRejections } from '../host/handle-rejections.js';
import { resourceTypeOf } from './resource-type.js';
import { TypeToken } from '../types/declared-type.js';
import type { DecisionEngine } from './decision-engine.js';
import type { Engines } from './engines.js';
import type { EnumerationOptions, WhoCanOptions } from './query-options.js';
import { validateArgument, isText } from './validate-options.js';
import { validateWhoCanOptions } from './validate-load-options.js';

/** The actors who may perform an action. */
export interface WhoCan<Actor> {
  /** The actors who may perform it, in the order in which they were given. */
  readonly allowed: readonly Actor[];
  /** The actors for whom the data cannot decide, each with the reason. */
  readonly undecided: readonly { readonly actor: Actor; readonly error: PolarError }[];
  /** The number of actors that were checked. */
  readonly checked: number;
}

/** The actions that an actor may perform. */
export interface WhatCan {
  /** The actions that the actor may perform, in alphabetical order. */
  readonly allowed: readonly string[];
  /** The actions of the policy for which the data cannot decide, each with the reason. */
  readonly undecided: readonly { readonly action: string; readonly error: PolarError }[];
}

/** Milliseconds of checks, after which other work of the process runs. */
const sliceMs = 10;

/** Checks the arguments of `whoCan`. @throws {PolarError} `POLAR_TYPE_INVALID_ARGUMENT`, `POLAR_TYPE_INVALID_OPTION` */
export function checkWhoCan(action: unknown, actors: unknown, options: WhoCanOptions): void {
  const call = 'whoCan(action, resource, actors)';
  validateArgument(call, action, "an action, such as 'read'", isText);
  validateArgument(call, actors, 'a list of actors, or another iterable', isIterable);
  validateWhoCanOptions(options);
}

const isIterable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

/** Checks one action for each of the actors, a limited number of them at the same time. */
export async function whoCan<Actor>(
  engines: Engines,
  action: string,
  resource: unknown,
  actors: Iterable<Actor> | AsyncIterable<Actor>,
  { field, concurrency = 16, ...options }: WhoCanOptions,
): Promise<WhoCan<Awaited<Actor>>> {
  const kind = field === undefined ? 'allow' : 'allow_field';
  const allowed: { readonly at: number; readonly actor: Awaited<Actor> }[] = [];
  const undecided: { readonly at: number; readonly actor: Awaited<Actor>; readonly error: PolarError }[] = [];
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let checked = 0;
  let first: Awaited<Actor> | undefined;

  const check = async (actor: Awaited<Actor>, at: number): Promise<void> => {
    try {
      const args: Arguments = [actor, action, resource, field];
      if (await engines.engineFor(actor).checkUnrecorded(kind, args, options)) allowed.push({ at, actor });
    } catch (error) {
      if (isUndecided(error)) undecided.push({ at, actor, error });
      else failures.push(error);
    }
  };

  // Node ends the process for a promise that is rejected before the loop awaits it.
  handleRejections(actors);
  let startedAt = performance.now();
  try {
    for await (const actor of actors) {
      if (checked === 0) first = actor;
      const run = check(actor, checked++).finally(() => running.delete(run));
      running.add(run);
      if (running.size >= concurrency) await Promise.race(running);
      if (failures.length > 0) break;
      if (performance.now() - startedAt < sliceMs) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      startedAt = performance.now();
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  if (checked > 0 && allowed.length + undecided.length === 0)
    engines.own.warnings?.explain(kind, [first, action, resource, ...(field === undefined ? [] : [field])]);
  return {
    allowed: allowed.toSorted((a, b) => a.at - b.at).map(({ actor }) => actor),
    undecided: undecided.toSorted((a, b) => a.at - b.at).map(({ actor, error }) => ({ actor, error })),
    checked,
  };
}

/** Finds the actions that the actor may perform, and those of the policy for which the data cannot decide. */
export async function whatCan(
  engine: DecisionEngine,
  actor: unknown,
  resource: unknown,
  options: EnumerationOptions,
): Promise<WhatCan> {
  const found = await engine.actions(actor, resource, options);
  const undecided: { readonly action: string; readonly error: PolarError }[] = [];
  for (const action of found.has('*') ? [] : actionsOf(engine, resource)) {
    if (found.has(action)) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- an actor has few actions, and methods run one after the other
      await engine.checkUnrecorded('allow', [actor, action, resource], options);
    } catch (error) {
      if (!isUndecided(error)) throw error;
      undecided.push({ action, error });
    }
  }
  return { allowed: [...found].toSorted(), undecided };
}

/** Returns the actions that the policy can allow on a resource. */
function actionsOf({ queries, grantable }: DecisionEngine, resource: unknown): readonly string[] {
  const isType = typeof resource === 'function' || resource instanceof TypeToken;
  const type = resourceTypeOf(resource, queries.context.typeSets);
  return type === undefined
    ? grantable.list(undefined, {})
    : grantable.list(type, { resource: isType ? 'type' : 'instance' });
}
