import { wholeCandidate } from '../engine/rules/candidate.js';
import { orderBySpecificity } from '../engine/rules/specificity.js';
import type { Rule, Specializer } from '../ir/goal.js';
import type { Program } from '../ir/program.js';
import type { HostReader } from './host-reader.js';
import { isUnknown } from './unknown.js';

/** Rules in the order in which a call tries them. */
export interface OrderedRules {
  readonly rules: readonly Rule[];
  /** Whether this is the order for every row. A cut needs it. */
  readonly isCertain: boolean;
}

const withCut = new WeakMap<Program, boolean>();

/** Orders rules by specificity, as a check does. The order counts only in a policy with a cut: in others all rules are followed. */
export function inOrder(
  rules: readonly Rule[],
  args: readonly unknown[],
  program: Program,
  host: HostReader,
): OrderedRules {
  const differing = [...args.keys()].filter((i) => {
    const keys = rules.map(({ parameters }) => keyOf(parameters[i]!.specializer));
    return keys.some((key) => key !== keys[0]);
  });
  if (rules.length < 2 || !hasCut(program) || differing.length === 0) return { rules, isCertain: true };
  if (differing.some((i) => isUnknown(args[i]))) return { rules, isCertain: false };
  const typesOf = args.map((arg, i) =>
    host.typeOf(isUnknown(arg) ? null : host.settled(arg), rules[0]!.parameters[i]!.span),
  );
  const applicable = rules.filter(({ parameters }) =>
    differing.every((i) => {
      const { specializer } = parameters[i]!;
      return (
        specializer.kind !== 'type' ||
        specializer.type === undefined ||
        typesOf[i]!.types.has(specializer.type)
      );
    }),
  );
  const { candidates, isMoreSpecific } = orderBySpecificity(
    applicable.map(wholeCandidate),
    typesOf.map((types) => ({ types, literal: undefined, isOther: false })),
    host.budget,
  );
  return { rules: candidates.map(({ rule }) => rule), isCertain: isMoreSpecific === undefined };
}

const keyOf = (specializer: Specializer): string =>
  specializer.kind === 'none'
    ? ''
    : `${specializer.kind}:${specializer.kind === 'union' ? specializer.union : specializer.text}`;

function hasCut(program: Program): boolean {
  let found = withCut.get(program);
  if (found === undefined) {
    const rules = [...program.predicates.values()].flatMap(({ byArity }) => [...byArity.values()].flat());
    found = rules.some((rule) => rule.hasCut);
    withCut.set(program, found);
  }
  return found;
}
