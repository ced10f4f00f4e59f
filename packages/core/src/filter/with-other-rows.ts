import type { Column, Comparable, Computed, Condition, Operand, RelationStep, Scope } from './condition.js';

/**
 * Returns a condition about other rows. Each of its relations leads to a row of its own, so that two copies of a condition share no row. A
 * recursive set stays the same: it is about no row outside.
 *
 * @param rows the other rows, by those in the condition
 * @param create returns a row that a relation leads to, in place of the one in the condition
 */
export function withOtherRows(
  condition: Condition,
  rows: ReadonlyMap<Scope, Scope>,
  create: (row: Scope) => Scope,
): Condition {
  const row = (each: Scope): Scope => rows.get(each) ?? each;
  const column = (each: Column): Column => ({ ...each, scope: row(each.scope) });
  const operand = (each: Operand): Operand => (each.kind === 'column' ? column(each) : each);
  const side = (each: Comparable): Comparable => (each.kind === 'computed' ? computed(each) : operand(each));
  const computed = (each: Computed): Computed => ({
    ...each,
    left: side(each.left),
    right: side(each.right),
  });
  const step = (each: RelationStep, to: Scope): RelationStep => ({ ...each, from: row(each.from), to });
  switch (condition.kind) {
    case 'always':
    case 'never':
    case 'undecided':
      return condition;
    case 'and':
    case 'or':
      return { ...condition, parts: condition.parts.map((part) => withOtherRows(part, rows, create)) };
    case 'not':
      return { kind: 'not', part: withOtherRows(condition.part, rows, create) };
    case 'equal':
    case 'order':
      return { ...condition, left: side(condition.left), right: side(condition.right) };
    case 'computable':
      return { kind: 'computable', number: computed(condition.number) };
    case 'text':
      return { ...condition, text: operand(condition.text), part: operand(condition.part) };
    case 'contains': {
      const { item } = condition;
      return { ...condition, column: column(condition.column), item: item && operand(item) };
    }
    case 'some':
    case 'through': {
      const { to } = condition.step;
      const own = create(to);
      const where = withOtherRows(condition.where, new Map(rows).set(to, own), create);
      return { ...condition, step: step(condition.step, own), where };
    }
    case 'count':
      return {
        ...condition,
        step: step(condition.step, create(condition.step.to)),
        other: operand(condition.other),
      };
    case 'reaches':
      return { ...condition, row: row(condition.row) };
    case 'readable':
    case 'readable-elements':
    case 'is-nil':
    case 'in':
    case 'is-true':
      return { ...condition, column: column(condition.column) };
  }
}
