import type { Span } from '../../../diagnostics/span.js';
import {
  isLiteralOperand,
  isLocal,
  type EqualTest,
  type OneOfTest,
  type ReadStatement,
  type Statement,
} from '../../compiler/plan.js';

// Recognizes combinations of statements that are one closure.

/** An attribute that is read and tested, and the statements after it. */
export interface AttributeTest {
  readonly name: string;
  readonly inPattern: boolean;
  /** The position of the read. */
  readonly at: Span;
  readonly to: number;
  readonly test: EqualTest | OneOfTest;
  readonly next: Statement;
}

/** Recognizes a test of an attribute of a list element, where the element itself is not needed in a local. */
export function elementSearch(item: number, statement: Statement): AttributeTest | undefined {
  if (statement.kind !== 'read' || !isLocal(statement.base, item)) return undefined;
  const found = statement.unchecked.length === 0 ? attributeTest(statement) : undefined;
  return found === undefined || mentions(found.test, item) ? undefined : found;
}

export function attributeTest(read: ReadStatement): AttributeTest | undefined {
  const { name, inPattern, at, to, field, isOpen, isOptional, next } = read;
  if (field !== undefined || isOpen) return undefined;
  if (isOptional || next.kind !== 'if') return undefined;
  const { test } = next;
  if (test.kind === 'one-of')
    return isLocal(test.value, to) ? { name, inPattern, at, to, test, next: next.next } : undefined;
  if (test.kind !== 'equal') return undefined;
  const isLeft = isLocal(test.left, to);
  const other = isLeft ? test.right : test.left;
  if ((!isLeft && !isLocal(test.right, to)) || isLocal(other, to)) return undefined;
  return { name, inPattern, at, to, test, next: next.next };
}

/** Returns the literals that a test compares with, or undefined if it compares with other values. */
export function literalsOf(test: AttributeTest['test']): readonly unknown[] | undefined {
  if (test.kind === 'one-of') return test.literals;
  if (test.negated) return undefined;
  const side = [test.left, test.right].find(isLiteralOperand);
  return side?.kind === 'constant' ? [side.value] : undefined;
}

export const mentions = (test: AttributeTest['test'], local: number): boolean =>
  test.kind === 'equal' && (isLocal(test.left, local) || isLocal(test.right, local));
