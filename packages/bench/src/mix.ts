import type { Random } from './random.ts';

/** A check with the result of the oracle. */
export interface ExpectedCheck {
  readonly actor: unknown;
  readonly action: string;
  readonly resource: unknown;
  readonly allowed: boolean;
}

/** The checks of a scenario, as columns, so that a timed loop reads the arguments only. */
export interface Mix {
  readonly actors: readonly unknown[];
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly allowed: readonly boolean[];
}

export function mixOf(checks: readonly ExpectedCheck[]): Mix {
  return {
    actors: checks.map(({ actor }) => actor),
    actions: checks.map(({ action }) => action),
    resources: checks.map(({ resource }) => resource),
    allowed: checks.map(({ allowed }) => allowed),
  };
}

const block = 20;

/**
 * Draws checks until half of `count` are allowed and half are denied. Each block of 20 has ten of both kinds in random order, and in
 * the first block each pair has one of both. A library that is too slow for all checks therefore runs a balanced part of them.
 */
export function drawMix(random: Random, count: number, draw: () => ExpectedCheck): Mix {
  const half = count / 2;
  const granted: ExpectedCheck[] = [];
  const refused: ExpectedCheck[] = [];
  for (let tries = 0; granted.length < half || refused.length < half; tries++) {
    if (tries > count * 10_000) throw new Error('the world has too few checks of one kind');
    const drawn = draw();
    const side = drawn.allowed ? granted : refused;
    if (side.length < half) side.push(drawn);
  }
  const checks: ExpectedCheck[] = [];
  for (let i = 0; i < half; i += block / 2) {
    const [yes, no] = [granted.slice(i, i + block / 2), refused.slice(i, i + block / 2)];
    if (i > 0) checks.push(...random.shuffle([...yes, ...no]));
    else yes.forEach((drawn, at) => checks.push(...random.shuffle([drawn, no[at]!])));
  }
  return mixOf(checks);
}
