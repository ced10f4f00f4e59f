import type { TokenKind } from './token.js';

/** The binding strength of operators, loosest first. Parser and printer use the same table. */
export const Level = {
  or: 1,
  and: 2,
  not: 3,
  unify: 4,
  compare: 5,
  sum: 6,
  product: 7,
  membership: 8,
  lookup: 9,
} as const;

/** The levels of the operators between two operands. */
export const operatorLevels: Readonly<Partial<Record<TokenKind, number>>> = {
  or: Level.or,
  and: Level.and,
  '=': Level.unify,
  ':=': Level.unify,
  '==': Level.compare,
  '!=': Level.compare,
  '<': Level.compare,
  '<=': Level.compare,
  '>': Level.compare,
  '>=': Level.compare,
  '+': Level.sum,
  '-': Level.sum,
  '*': Level.product,
  '/': Level.product,
  mod: Level.product,
  rem: Level.product,
  in: Level.membership,
  matches: Level.membership,
};
