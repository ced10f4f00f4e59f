import {
  isLiteralOperand,
  isLocal,
  type EqualTest,
  type OneOfTest,
  type ReadStatement,
  type Statement,
} from '../../compiler/plan.js';

// Shapes of statements that closures make one of.

/** An attribute of the element that is tested, and what comes then. */
export interface ListSearch {
  readonly name: string;
  readonly inPattern: boolean;
  readonly to: number;
  readonly test: EqualTest | OneOfTest;
  readonly next: Statement;
}

/** As `seekingOf`, for an attribute of an element that is in no frame. */
export function listSearchIn(item: number, statement: Statement): ListSearch | undefined {
  if (statement.kind !== 'read' || !isLocal(statement.base, item)) return undefined;
  const seeking = listSearchOf(statement);
  return seeking === undefined || mentions(seeking.test, item) ? undefined : seeking;
}

export function listSearchOf({
  name,
  inPattern,
  to,
  tag,
  next: then,
}: ReadStatement): ListSearch | undefined {
  if (tag !== undefined || then.kind !== 'if') return undefined;
  const { test } = then;
  if (test.kind === 'one-of')
    return isLocal(test.value, to) ? { name, inPattern, to, test, next: then.next } : undefined;
  if (test.kind !== 'equal') return undefined;
  const isLeft = isLocal(test.left, to);
  const other = isLeft ? test.right : test.left;
  if ((!isLeft && !isLocal(test.right, to)) || isLocal(other, to)) return undefined;
  return { name, inPattern, to, test, next: then.next };
}

/** What a test compares with, when that are literals. */
export function literalsOf(test: ListSearch['test']): readonly unknown[] | undefined {
  if (test.kind === 'one-of') return test.literals;
  if (test.negated) return undefined;
  const side = [test.left, test.right].find(isLiteralOperand);
  return side?.kind === 'constant' ? [side.value] : undefined;
}

export const mentions = (test: ListSearch['test'], local: number): boolean =>
  test.kind === 'equal' && (isLocal(test.left, local) || isLocal(test.right, local));
