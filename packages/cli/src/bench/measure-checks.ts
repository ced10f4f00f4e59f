import { isPolarError, TypeToken, type Authorizer } from '@nanook/core';
import type { DiffedCheck } from '@nanook/core/candidate';

/** The checks of an action by actors of one type on resources of one type. */
export interface CheckGroup {
  readonly action: string;
  readonly actor: string;
  readonly resource: string;
  readonly checks: readonly DiffedCheck[];
}

/** The times of a group, for one check. */
export interface MeasuredGroup extends Omit<CheckGroup, 'checks'> {
  readonly checks: number;
  /** The number of checks that are allowed. */
  readonly allowed: number;
  /** The median of the time of a check, in microseconds. */
  readonly us: number;
  /** The time of the first check after the policy was loaded, in microseconds. It includes the compilation of its code. */
  readonly firstUs: number;
}

/** The answer of a check: the code of an error, if it has one. */
type Answer = boolean | string;

/** Sorts checks into groups. */
export function groupsOf(checks: readonly DiffedCheck[], authorizer: Authorizer): CheckGroup[] {
  const groups = new Map<string, CheckGroup & { readonly checks: DiffedCheck[] }>();
  const typeOf = (value: unknown): string => {
    if (value === null) return 'nil';
    // Types are resources, too, for actions such as *create*.
    if (value instanceof TypeToken || typeof value === 'function') return `type ${value.name}`;
    return authorizer.policy.typesOf(value)[0] ?? typeof value;
  };
  for (const check of checks) {
    const name = {
      action: String(check.action),
      actor: typeOf(check.actor),
      resource: typeOf(check.resource),
    };
    const key = JSON.stringify(name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...name, checks: [check] });
    else group.checks.push(check);
  }
  return [...groups.values()];
}

export async function answerOf(
  authorizer: Authorizer,
  { actor, action, resource }: DiffedCheck,
): Promise<Answer> {
  try {
    return await authorizer.can(actor, action as string, resource);
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return error.code;
  }
}

/**
 * Measures the checks of a group on an authorizer that has decided none of them.
 *
 * @param samplesMs the time of all samples
 */
export async function measureGroup(
  authorizer: Authorizer,
  { checks, ...name }: CheckGroup,
  samplesMs: number,
): Promise<MeasuredGroup> {
  const started = performance.now();
  await answerOf(authorizer, checks[0]!);
  const firstUs = (performance.now() - started) * 1_000;
  let allowed = 0;
  for (const check of checks) if ((await answerOf(authorizer, check)) === true) allowed++;
  const samples: number[] = [];
  const end = performance.now() + samplesMs;
  // Each sample is long enough for the clock.
  let rounds = 1;
  while (performance.now() < end || samples.length === 0) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) for (const check of checks) await answerOf(authorizer, check);
    const ms = performance.now() - start;
    if (ms < 1 && performance.now() < end) rounds *= 2;
    else samples.push((ms * 1_000) / (rounds * checks.length));
  }
  samples.sort((a, b) => a - b);
  return { ...name, checks: checks.length, allowed, us: samples[samples.length >> 1]!, firstUs };
}
