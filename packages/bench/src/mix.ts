import type { Random } from './random.ts';

/** A question with the answer that the oracle gives. */
export interface Question {
  readonly actor: unknown;
  readonly action: string;
  readonly resource: unknown;
  readonly allowed: boolean;
}

/** The questions of a scenario. Columns instead of rows: a timed loop then reads nothing but the arguments. */
export interface Mix {
  readonly actors: readonly unknown[];
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly allowed: readonly boolean[];
}

export function mixOf(questions: readonly Question[]): Mix {
  return {
    actors: questions.map(({ actor }) => actor),
    actions: questions.map(({ action }) => action),
    resources: questions.map(({ resource }) => resource),
    allowed: questions.map(({ allowed }) => allowed),
  };
}

const block = 20;

/**
 * Draws questions until half of `count` are allowed and half denied. Each block of 20 holds ten of both in random
 * order, and in the first block each pair holds one of both, so that a library too slow for the whole mix is asked a
 * balanced part of it.
 */
export function drawMix(random: Random, count: number, draw: () => Question): Mix {
  const half = count / 2;
  const granted: Question[] = [];
  const refused: Question[] = [];
  for (let tries = 0; granted.length < half || refused.length < half; tries++) {
    if (tries > count * 10_000) throw new Error('the world has too few questions of one kind');
    const question = draw();
    const side = question.allowed ? granted : refused;
    if (side.length < half) side.push(question);
  }
  const questions: Question[] = [];
  for (let i = 0; i < half; i += block / 2) {
    const [yes, no] = [granted.slice(i, i + block / 2), refused.slice(i, i + block / 2)];
    if (i > 0) questions.push(...random.shuffle([...yes, ...no]));
    else yes.forEach((question, at) => questions.push(...random.shuffle([question, no[at]!])));
  }
  return mixOf(questions);
}
