import { textOf } from '../diagnostics/texts.js';
import type { Undecided } from '../engine/machine/state/undecided.js';
import type { Goal } from '../ir/goal.js';
import type { SeenValue } from './trace.js';
import type { ShownValues } from './shown-values.js';

/** Returns why a goal fails, with the values that it read. */
export function reasonOf(goal: Goal, values: readonly SeenValue[], shown: ShownValues): string {
  const [left = '', right = ''] = values.map((value) => shown.show(value));
  switch (goal.kind) {
    case 'unify':
      return `${left} is not ${right}`;
    case 'compare':
      if (goal.operator === '==') return `${left} is not ${right}`;
      if (goal.operator === '!=') return `both sides are ${left}`;
      return `${left} ${goal.operator} ${right} is false`;
    case 'condition':
      return `it is ${left}`;
    case 'isa':
      return `${left} is not of the type ${goal.name}`;
    case 'in':
      return right === '[]' ? 'the list is empty' : `${left} is not in ${right}`;
    case 'lookup':
      return `${left} has no such attribute`;
    default:
      return 'it does not hold';
  }
}

/** Returns why no rule of a call holds, in the language of roles where the call is about one. */
export function reasonOfCall(name: string, args: readonly SeenValue[], shown: ShownValues): string {
  const [first = '', second = '', third = ''] = args.map((arg) => shown.show(arg));
  if (args.length === 3) {
    if (name === 'has_role') return `${first} does not have the role ${second} on ${third}`;
    if (name === 'has_permission') return `${first} does not have the permission ${second} on ${third}`;
    if (name === 'has_relation') return `${third} has no relation ${second} to ${first}`;
  }
  return `no rule of ${name} holds for ${args.map((arg) => shown.show(arg)).join(', ')}`;
}

/** Returns the message of an undecided condition. It contains values, so that a mask leaves it out. */
export const messageOf = ({ code, data }: Undecided, shown: ShownValues): string =>
  shown.mask === undefined ? textOf(code, data) : 'the data cannot decide the condition';
