import type { Source } from '../diagnostics/source.js';
import { positionOf, type Span } from '../diagnostics/span.js';
import { wholeCandidate } from '../engine/rules/candidate.js';
import type { Goal } from '../ir/goal.js';
import type { Program } from '../ir/program.js';

/** A line of a policy at which the machine can stop: a rule or a goal begins on it. */
export interface StopPlace {
  readonly source: Source;
  readonly line: number;
}

const known = new WeakMap<Program, readonly StopPlace[]>();

/** Returns the lines of a policy at which the machine can stop. */
export function placesOf(program: Program): readonly StopPlace[] {
  let places = known.get(program);
  if (places === undefined) known.set(program, (places = findPlaces(program)));
  return places;
}

function findPlaces(program: Program): StopPlace[] {
  const places = new Map<string, StopPlace>();
  const { sources } = program.policy;
  const add = (span: Span): void => {
    const { line } = positionOf(span);
    places.set(`${sources.indexOf(span.source)}:${line}`, { source: span.source, line });
  };
  const addAll = (goals: readonly Goal[]): void => {
    for (const goal of goals) {
      add(goal.span);
      if (goal.kind === 'not') addAll(goal.operand);
      if (goal.kind === 'or') for (const alternative of goal.alternatives) addAll(alternative);
    }
  };
  for (const { byArity } of program.predicates.values())
    for (const rules of byArity.values())
      for (const rule of rules) {
        add(rule.origin.span);
        addAll(wholeCandidate(rule).goals);
      }
  return [...places.values()];
}
