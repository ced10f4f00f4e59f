import type { Goal } from './goal.js';
import type { Term } from './term.js';

/** Returns the terms of a goal and of the goals in it, in reading order. */
export function termsOf(goal: Goal): Term[] {
  switch (goal.kind) {
    case 'unify':
      return [goal.left, goal.right];
    case 'compare':
      return [goal.left, goal.right];
    case 'arithmetic':
      return [goal.left, goal.right, goal.result];
    case 'lookup':
      return [goal.object, goal.key, goal.result];
    case 'in':
      return [goal.item, goal.collection];
    case 'isa':
      return [goal.value];
    case 'condition':
      return [goal.term];
    case 'not':
      return goal.operand.flatMap(termsOf);
    case 'or':
      return goal.alternatives.flat().flatMap(termsOf);
    case 'call':
    case 'print':
      return [...goal.args];
    case 'method':
      return [goal.object, ...goal.args, goal.result];
    case 'new':
      return [...goal.args, goal.result];
    case 'assign':
      return [goal.variable, goal.value];
    case 'cut':
    case 'debug':
      return [];
  }
}
