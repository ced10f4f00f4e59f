import { assertNever } from '../internal/bug.js';
import type { Goal, Rule } from '../ir/goal.js';
import type { Term } from '../ir/term.js';

const known = new WeakMap<Rule | Goal, ReadonlyMap<number, number>>();

/** Counts how often a rule, or a goal, mentions each of its variables, however deep inside. */
export function occurrencesIn(part: Rule | Goal): ReadonlyMap<number, number> {
  const counted = known.get(part);
  if (counted !== undefined) return counted;
  const counts = new Map<number, number>();
  const count = (term: Term | undefined): void => {
    if (term === undefined) return;
    switch (term.kind) {
      case 'slot':
        counts.set(term.slot, (counts.get(term.slot) ?? 0) + 1);
        return;
      case 'list':
        term.items.forEach(count);
        count(term.rest);
        return;
      case 'dictionary':
        term.values.forEach(count);
        return;
      case 'constant':
        return;
      default:
        return assertNever(term);
    }
  };
  const visit = (goal: Goal): void => {
    switch (goal.kind) {
      case 'call':
      case 'print':
        return goal.args.forEach(count);
      case 'unify':
      case 'compare':
        count(goal.left);
        return count(goal.right);
      case 'assign':
        count(goal.variable);
        return count(goal.value);
      case 'in':
        count(goal.item);
        return count(goal.collection);
      case 'isa':
        return count(goal.value);
      case 'lookup':
        count(goal.object);
        count(goal.key);
        return count(goal.result);
      case 'method':
        count(goal.object);
        goal.args.forEach(count);
        return count(goal.result);
      case 'new':
        goal.args.forEach(count);
        return count(goal.result);
      case 'arithmetic':
        count(goal.left);
        count(goal.right);
        return count(goal.result);
      case 'condition':
        return count(goal.term);
      case 'or':
        return goal.alternatives.forEach((each) => each.forEach(visit));
      case 'not':
        return goal.operand.forEach(visit);
      case 'cut':
      case 'debug':
        return;
      default:
        return assertNever(goal);
    }
  };
  if (part.kind === 'rule') {
    part.parameters.forEach(({ term, goals }) => {
      count(term);
      goals.forEach(visit);
    });
    part.body.forEach(visit);
  } else visit(part);
  known.set(part, counts);
  return counts;
}
