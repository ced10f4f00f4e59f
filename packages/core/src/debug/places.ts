import type { Source } from '../diagnostics/source.js';
import { positionOf, type Span } from '../diagnostics/span.js';
import { wholeCandidate } from '../engine/rules/candidate.js';
import type { Goal } from '../ir/goal.js';
import type { Program } from '../ir/program.js';

/** A line of a policy at which the machine can stop: a rule or a goal begins on it. */
export interface StopPlace {
  readonly source: Source;
  readonly line: number;
  /** The variables of the rules at this line. */
  readonly variables: ReadonlySet<string>;
}

const known = new WeakMap<Program, readonly StopPlace[]>();

/** Returns the lines of a policy at which the machine can stop. */
export function placesOf(program: Program): readonly StopPlace[] {
  let places = known.get(program);
  if (places === undefined) known.set(program, (places = findPlaces(program)));
  return places;
}

function findPlaces(program: Program): StopPlace[] {
  const places = new Map<string, StopPlace & { readonly variables: Set<string> }>();
  const sources = [...program.policy.sources, ...program.policy.factSources];
  const add = (span: Span, names: readonly string[]): void => {
    const { line } = positionOf(span);
    const key = `${sources.indexOf(span.source)}:${line}`;
    let place = places.get(key);
    if (place === undefined) places.set(key, (place = { source: span.source, line, variables: new Set() }));
    for (const name of names) if (name !== '_') place.variables.add(name);
  };
  const addAll = (goals: readonly Goal[], names: readonly string[]): void => {
    for (const goal of goals) {
      add(goal.span, names);
      if (goal.kind === 'not') addAll(goal.operand, names);
      if (goal.kind === 'or') for (const alternative of goal.alternatives) addAll(alternative, names);
    }
  };
  for (const { byArity } of program.predicates.values())
    for (const rules of byArity.values())
      for (const rule of rules) {
        add(rule.origin.span, rule.slotNames);
        addAll(wholeCandidate(rule).goals, rule.slotNames);
      }
  return [...places.values()];
}
