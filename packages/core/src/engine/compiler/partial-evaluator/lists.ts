import type { Goal } from '../../../ir/goal.js';
import { NotCompilable } from '../not-compilable.js';
import { isLiteral, anyOf, fail, succeed, type Statement } from '../plan.js';
import { declaredLocal } from './attributes.js';
import { ifHolds, type Evaluation, type Rest } from './evaluation.js';
import { bind, ifEqual, isOneOf, unify } from './unify.js';
import { bound, operandOf, unboundUsed, valueIn, type Cell, type Cells } from './values.js';

/** Proves `item in collection`. */
export function proveMembership(
  evaluation: Evaluation,
  goal: Extract<Goal, { kind: 'in' }>,
  cells: Cells,
  rest: Rest,
): Statement {
  const { linker } = evaluation;
  const { collection } = goal;
  if (collection.kind === 'list' && collection.rest === undefined)
    return inItems(
      evaluation,
      evaluation.cellOf(goal.item, cells),
      collection.items.map((item) => evaluation.cellOf(item, cells)),
      rest,
    );
  const list = evaluation.valueOf(goal.collection, cells);
  const item = evaluation.cellOf(goal.item, cells);
  if (list.kind === 'constant' && isLiteralList(evaluation, list.value))
    return inLiterals(evaluation, item, list.value, rest);
  const field = list.kind === 'local' ? list.field?.element : undefined;
  const declared = field?.type.kind === 'any' ? undefined : field;
  const element = evaluation.newLocal();
  const value = declaredLocal(linker, element, declared);
  const each = (next: Statement): Statement => ({
    kind: 'each',
    item: element,
    list: operandOf(list),
    element: declared,
    isOpen: linker.hasDeclaredLists && list.kind === 'local' && list.field === undefined,
    at: goal.span,
    next,
  });
  const wanted = valueIn(item);
  if (wanted === undefined || wanted.kind === 'one-of')
    return each(evaluation.scoped(() => unify(evaluation, item, bound(value), rest)));
  const proof = each(evaluation.scoped(() => ifEqual(evaluation, value, wanted, false, () => succeed)));
  return { kind: 'check', proof, records: undefined, next: rest() };
}

/** Checks for a list of literals in the policy. A list of the application may change after the function is built. */
const isLiteralList = ({ linker }: Evaluation, list: unknown): list is readonly unknown[] =>
  Array.isArray(list) && list.every(isLiteral) && !linker.context.members.isConstant(list as object);

/** Proves membership in a list that the rule spells out: each item is an alternative. */
function inItems(evaluation: Evaluation, item: Cell, items: readonly Cell[], rest: Rest): Statement {
  const values = items.map(valueIn);
  if (values.includes(undefined)) throw new NotCompilable(unboundUsed);
  const literals = values.flatMap((value) =>
    value?.kind === 'constant' && isLiteral(value.value) ? [value.value] : [],
  );
  if (literals.length === items.length) return inLiterals(evaluation, item, literals, rest);
  const wanted = valueIn(item);
  const alternatives = (next: Rest) =>
    anyOf(items.map((each) => evaluation.scoped(() => unify(evaluation, item, each, next))));
  if (wanted === undefined || wanted.kind === 'one-of') return alternatives(rest);
  return { kind: 'check', proof: alternatives(() => succeed), records: undefined, next: rest() };
}

function inLiterals(evaluation: Evaluation, item: Cell, literals: readonly unknown[], rest: Rest): Statement {
  const value = valueIn(item);
  switch (value?.kind) {
    case undefined:
      return anyOf(
        literals.map((literal) =>
          evaluation.scoped(() => bind(evaluation, item, { kind: 'constant', value: literal }, rest)),
        ),
      );
    case 'constant':
      return isOneOf(value.value, literals) ? rest() : fail;
    case 'one-of': {
      const left = value.literals.filter((literal) => literals.includes(literal));
      if (left.length === 0) return fail;
      evaluation.setValue(item, { kind: 'one-of', literals: left });
      return rest();
    }
    case 'local':
      return ifHolds({ kind: 'one-of', value: operandOf(value), literals }, rest);
  }
}
