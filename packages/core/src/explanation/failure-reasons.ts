import { textOf } from '../diagnostics/texts.js';
import type { Undecided } from '../engine/machine/state/undecided.js';
import type { Goal } from '../ir/goal.js';
import type { SeenValue } from './trace.js';
import { printable, type ShownValues } from './shown-values.js';
import { unbound } from './value-reader.js';
import { equalityNote, membershipNote, typeNote } from './value-notes.js';

/** Returns why a goal fails, with the values that it read. */
export function reasonOf(goal: Goal, values: readonly SeenValue[], shown: ShownValues): string {
  const [left = '', right = ''] = values.map((value) => shown.show(value));
  const [first, second] = values.map(({ value }) => value);
  // A note reveals the kind of a value, which may be hidden.
  const isHidden = values.some((value) => shown.isHidden(value));
  const noteOf = (find: () => string): string => (isHidden ? '' : find());
  switch (goal.kind) {
    case 'unify':
      return `${left} is not ${right}${noteOf(() => equalityNote(first, second))}`;
    case 'compare':
      if (goal.operator === '==')
        return `${left} is not ${right}${noteOf(() => equalityNote(first, second))}`;
      if (goal.operator === '!=') return `both sides are ${left}`;
      return `${left} ${goal.operator} ${right} is false`;
    case 'condition':
      return `it is ${left}`;
    case 'isa':
      return `${left} is not of the type ${goal.name}${noteOf(() => typeNote(first, shown.typesOf(first)))}`;
    case 'in':
      return right === '[]'
        ? 'the list is empty'
        : `${left} is not in ${right}${noteOf(() => membershipNote(first, second))}`;
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
    if (name === 'has_relation') {
      const [owner, related, value] = shown.types.dialect.relatedComesLast
        ? [first, third, args[2]!.value]
        : [third, first, args[0]!.value];
      return `${owner} has no relation ${second}${value === unbound ? '' : ` to ${related}`}`;
    }
  }
  return `no rule of ${name} holds for ${args.map((arg) => shown.show(arg)).join(', ')}`;
}

/** Returns why the data cannot decide a goal: the message, and the expression that is nil. */
export function undecidedReasonOf(
  goal: Goal,
  undecided: Undecided,
  [object]: readonly SeenValue[],
  shown: ShownValues,
): string {
  const message = messageOf(undecided, shown);
  const isNil = goal.kind === 'lookup' && object?.value === null && !shown.hidesMessages;
  return isNil && object.name !== undefined ? `${message}: \`${object.name}\` is nil` : message;
}

/** Returns the message of an undecided condition. It can contain hidden values. */
export const messageOf = ({ code, data }: Undecided, shown: ShownValues): string =>
  shown.hidesMessages ? 'the data cannot decide the condition' : printable(textOf(code, data));
