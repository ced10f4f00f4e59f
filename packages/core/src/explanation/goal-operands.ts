import type { Goal } from '../ir/goal.js';
import type { Term } from '../ir/term.js';

/** Returns the operands of a goal that an explanation shows, from left to right. */
export function goalOperands(goal: Goal): readonly Term[] {
  switch (goal.kind) {
    case 'unify':
    case 'compare':
    case 'arithmetic':
      return [goal.left, goal.right];
    case 'assign':
      return [goal.value];
    case 'condition':
      return [goal.term];
    case 'isa':
      return [goal.value];
    case 'in':
      return [goal.item, goal.collection];
    case 'lookup':
      return [goal.object];
    case 'method':
      return [goal.object, ...goal.args];
    case 'new':
    case 'print':
      return goal.args;
    default:
      return [];
  }
}
