import { someUndecided } from '../../../host/undecided-types.js';
import type { DeclaredType } from '../../../types/declared-type.js';
import { isUnknown } from '../compiled-function.js';
import type { Linker } from '../linker.js';
import { NotCompilable } from '../not-compilable.js';
import { isLiteral, fail, type EqualTest, type Statement } from '../plan.js';
import { ifHolds, type Evaluation, type Rest } from './evaluation.js';
import {
  ambiguousLiteral,
  bound,
  isTestedRow,
  operandOf,
  resolved,
  type Cell,
  type IsaGoal,
  type LocalValue,
  type Value,
} from './values.js';

/** Makes two cells equal: by binding a variable, or with a test at run time. */
export function unify(evaluation: Evaluation, left: Cell, right: Cell, rest: Rest): Statement {
  const a = resolved(left);
  const b = resolved(right);
  if (a === b) return a.value === undefined ? rest() : ifEqual(evaluation, a.value, a.value, false, rest);
  if (a.value === undefined && b.value === undefined) {
    const { isa } = b;
    evaluation.onUndo(() => {
      a.same = undefined;
      b.isa = isa;
    });
    a.same = b;
    b.isAliased = true;
    b.isa = [...isa, ...a.isa];
    return rest();
  }
  if (a.value === undefined) return bind(evaluation, a, b.value!, rest);
  if (b.value === undefined) return bind(evaluation, b, a.value, rest);
  if (a.value.kind === 'one-of') return selectLiteral(evaluation, a, a.value.literals, b.value, rest);
  if (b.value.kind === 'one-of') return selectLiteral(evaluation, b, b.value.literals, a.value, rest);
  return ifEqual(evaluation, a.value, b.value, false, rest);
}

/** Determines which of several literals a cell holds. */
function selectLiteral(
  evaluation: Evaluation,
  cell: Cell,
  literals: readonly unknown[],
  value: Value,
  rest: Rest,
): Statement {
  if (value.kind === 'one-of') throw ambiguousLiteral;
  if (value.kind === 'constant' && !isOneOf(value.value, literals)) return fail;
  evaluation.setValue(cell, value);
  if (value.kind === 'constant') return rest();
  return ifHolds({ kind: 'one-of', value: operandOf(value), literals }, rest);
}

/** Returns whether a constant is one of several literals. @throws {NotCompilable} for a number in an object, which may equal one of them */
export function isOneOf(constant: unknown, literals: readonly unknown[]): boolean {
  if (typeof constant === 'object' && constant !== null)
    throw new NotCompilable('an object compared with literals');
  return literals.includes(constant);
}

export function bind(evaluation: Evaluation, cell: Cell, value: Value, rest: Rest): Statement {
  const at = resolved(cell);
  if (at.value !== undefined) return unify(evaluation, at, bound(value), rest);
  evaluation.setValue(at, value);
  const step = (i: number): Statement => {
    const goal = at.isa[i];
    return goal === undefined ? rest() : checkType(evaluation, goal, at, () => step(i + 1));
  };
  return step(0);
}

export function ifEqual(
  { linker, at }: Evaluation,
  left: Value,
  right: Value,
  negated: boolean,
  rest: Rest,
): Statement {
  if (
    left.kind === 'constant' &&
    right.kind === 'constant' &&
    isLiteral(left.value) &&
    isLiteral(right.value)
  )
    return (left.value === right.value) === negated ? fail : rest();
  const isIdentity = (value: Value) =>
    value.kind === 'local' && value.known.kind === 'types' && linker.equalsOnlyItself(value.known);
  const [a, b] = isIdentity(left) ? [right, left] : [left, right];
  return ifHolds(
    {
      kind: 'equal',
      left: operandOf(a),
      right: operandOf(b),
      how: isIdentity(b) ? 'identity' : 'any',
      rows: comparedRows(linker, a, b, 'right') ?? comparedRows(linker, b, a, 'left'),
      negated,
      at: at!,
    },
    rest,
  );
}

/** Returns how to compare two values of which the second certainly has a type with a key. */
function comparedRows(
  linker: Linker,
  value: Value,
  typed: Value,
  certain: 'left' | 'right',
): EqualTest['rows'] {
  if (value.kind !== 'local' || typed.kind !== 'local' || typed.known.kind !== 'types') return undefined;
  const type = typed.known.types.comparedBy;
  if (type?.key === undefined) return undefined;
  const { class: exact, isRow, types } = typed.known;
  const instance = exact === undefined ? undefined : types.chain[0];
  return { type, certain, isPlain: isRow, instance, isTested: isTestedRow(linker, value, type) };
}

/** Checks that a value, which is not nil, certainly is of a type. */
const isOfType = ({ linker }: Evaluation, { of }: LocalValue, type: DeclaredType): boolean =>
  of !== undefined &&
  linker.exactArgument(of) !== undefined &&
  linker.context.program.types.ancestorsOf(of).includes(type);

const isOther = (of: DeclaredType, type: DeclaredType): boolean => of !== type && !type.builtIn;

/** Checks the type of a value now, or of a variable once it has a value. */
export function checkType(evaluation: Evaluation, goal: IsaGoal, cell: Cell, rest: Rest): Statement {
  const { type, union } = goal;
  const at = resolved(cell);
  const { value } = at;
  if (value === undefined) {
    if (union !== undefined || type === undefined)
      throw new NotCompilable('a type test of an unbound variable');
    const before = at.isa;
    evaluation.onUndo(() => {
      at.isa = before;
    });
    at.isa = [...before, goal];
    evaluation.addWaiting(at);
    return rest();
  }
  if (union === undefined && type === undefined) throw new NotCompilable('an unknown class');
  const members = union === undefined ? [type!] : evaluation.linker.context.program.unions[union];
  const types = evaluation.certainTypes(value);
  if (types !== undefined && !someUndecided(types.types, members))
    return members.some((member) => types.types.has(member)) ? rest() : fail;
  if (union !== undefined) return ifHolds({ kind: 'isa-union', value: operandOf(value), union }, rest);
  if (value.kind === 'local' && value.field?.nullable === false && isOfType(evaluation, value, type!))
    return rest();
  // A tested row has no other type.
  if (
    value.kind === 'local' &&
    value.of !== undefined &&
    isTestedRow(evaluation.linker, value, value.of) &&
    isOther(value.of, type!)
  )
    return fail;
  if (value.kind === 'local' && isUnknown(value.known))
    evaluation.setValue(at, {
      ...value,
      likely: type,
      of: type!.builtIn ? value.of : (value.of ?? type),
    });
  const isTested = value.kind === 'local' && isTestedRow(evaluation.linker, value, type!);
  return ifHolds({ kind: 'isa', value: operandOf(value), type: type!, isTested }, rest);
}
