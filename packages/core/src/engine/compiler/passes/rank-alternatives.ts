import type { Linker } from '../linker.js';
import {
  anyOf,
  constant,
  isLiteral,
  local,
  type EqualTest,
  type Literal,
  type Operand,
  type Plan,
  type ReadStatement,
  type RecordStatement,
  type Statement,
  type Test,
} from '../plan.js';
import { mapChildren, someStatement } from '../traversal.js';

/**
 * Searches a list once for alternatives that search it for one literal each, such as the roles that imply a permission. Functions that
 * record their proofs try these alternatives one after the other, because the first that succeeds has the proof. The search finds the
 * lowest of their positions, and each alternative compares its own with it.
 */
export function rankAlternatives(plan: Plan, linker: Linker): Plan {
  // An equality of the application is called for each literal.
  if (linker.emptyProof === undefined || typeof linker.context.equality === 'function') return plan;
  const ranking = new Ranking(plan.locals, linker);
  return { ...plan, body: ranking.ranked(plan.body), locals: ranking.locals };
}

/** An alternative that records a known proof and searches a list. */
interface SearchAlternative extends RecordStatement {
  readonly parts: readonly [Extract<Operand, { kind: 'constant' }>];
}

/** The alternatives of one search. */
interface Group {
  readonly rank: number;
  readonly first: Statement;
  /** The test of the first alternative that differs in the others. */
  test: EqualTest | undefined;
  readonly literals: Literal[];
}

class Ranking {
  constructor(
    public locals: number,
    readonly linker: Linker,
  ) {}

  ranked(statement: Statement): Statement {
    return statement.kind === 'any'
      ? this.#alternatives(statement.of)
      : mapChildren(statement, (child) => this.ranked(child));
  }

  #alternatives(all: readonly Statement[]): Statement {
    const [first, ...others] = all;
    if (first === undefined) return anyOf([]);
    if (isSearch(first)) {
      const group: Group = { rank: this.locals, first: first.next, test: undefined, literals: [] };
      const replaced = this.#replaceAll(others, group);
      if (group.test !== undefined) {
        this.locals += 2;
        const own = memberOf(group, first, 0);
        const { rank, literals } = group;
        const position = rank + 1;
        const body = withRank(first.next, group, position);
        const next = this.#alternatives([own, ...replaced]);
        return { kind: 'search', rank, count: literals.length, position, body, next };
      }
    }
    return anyOf([mapChildren(first, (child) => this.ranked(child)), this.#alternatives(others)]);
  }

  /** Replaces the alternatives of a group, until one may change attributes. */
  #replaceAll(all: readonly Statement[], group: Group): readonly Statement[] {
    const changing = all.findIndex((each) => someStatement(each, (s) => this.#mayChangeAttributes(s)));
    const end = changing === -1 ? all.length : changing;
    return all.map((each, i) => (i < end ? this.#replace(each, group) : each));
  }

  #replace(statement: Statement, group: Group): Statement {
    if (statement.kind === 'any') return { ...statement, of: this.#replaceAll(statement.of, group) };
    if (statement.kind === 'read' && statement.isOptional)
      return { ...statement, next: this.#replace(statement.next, group) };
    if (!isSearch(statement)) return statement;
    const differing = findDifference(group.first, statement.next);
    if (differing === undefined || (group.test !== undefined && group.test !== differing.test))
      return statement;
    const own = literalIn(differing.test)!;
    if (group.test === undefined) {
      group.test = differing.test;
      group.literals.push(own);
    }
    let position = group.literals.indexOf(differing.literal);
    if (position === -1) position = group.literals.push(differing.literal) - 1;
    return memberOf(group, statement, position);
  }

  #mayChangeAttributes(statement: Statement): boolean {
    if (statement.kind === 'if' && statement.test.kind === 'call')
      return this.linker.mayCallMethods(statement.test.callee.predicate);
    return statement.kind === 'method' || statement.kind === 'again' || statement.kind === 'cut';
  }
}

/** Checks for an alternative that records a known proof, iterates over a list, and tests attributes of its elements. */
function isSearch(statement: Statement): statement is SearchAlternative {
  if (statement.kind !== 'record' || statement.to !== undefined || statement.parts.length !== 1) return false;
  let { next } = statement;
  if (next.kind === 'if' && next.test.kind === 'present') next = next.next;
  return next.kind === 'each' && statement.parts[0]!.kind === 'constant' && isSimple(next.next);
}

function isSimple(statement: Statement): boolean {
  switch (statement.kind) {
    case 'succeed':
      return true;
    case 'read':
      return !statement.isOptional && isSimple(statement.next);
    case 'if':
      return (
        (statement.test.kind === 'equal' || statement.test.kind === 'one-of') && isSimple(statement.next)
      );
    default:
      return false;
  }
}

const memberOf = ({ rank, test }: Group, statement: SearchAlternative, position: number): Statement => ({
  kind: 'if',
  test: {
    kind: 'equal',
    left: local(rank),
    right: constant(position),
    how: 'any',
    rows: undefined,
    negated: false,
    at: test!.at,
  },
  next: { ...statement, next: { kind: 'succeed' } },
});

/** Replaces the test of the first alternative by a test for a lower position. */
function withRank(statement: Statement, group: Group, position: number): Statement {
  if (statement.kind !== 'if' || statement.test !== group.test)
    return mapChildren(statement, (child) => withRank(child, group, position));
  const { rank, literals } = group;
  const value = sideWithout(statement.test)!;
  return { kind: 'lower', rank, position, value, literals, next: statement.next };
}

const literalIn = ({ left, right }: EqualTest): Literal | undefined => {
  const side = [left, right].find((each) => each.kind === 'constant' && isLiteral(each.value));
  return side?.kind === 'constant' ? (side.value as Literal) : undefined;
};

const sideWithout = ({ left, right }: EqualTest): Operand | undefined =>
  [left, right].find(({ kind }) => kind === 'local');

interface Difference {
  /** The test in the first statement. */
  readonly test: EqualTest;
  /** The literal in the same test of the other statement. */
  readonly literal: Literal;
}

/** Returns the only difference between two searches, if it is one literal. The locals that they assign may differ. */
function findDifference(first: Statement, other: Statement): Difference | undefined {
  const locals = new Map<number, number>();
  let found: Difference | undefined;
  const areSame = (some: Operand, same: Operand): boolean =>
    some.kind === 'local'
      ? same.kind === 'local' && (locals.get(same.local) ?? same.local) === some.local
      : same.kind === 'constant' && Object.is(some.value, same.value);
  const areTests = (some: Test, same: Test): boolean => {
    if (some.kind === 'present') return same.kind === 'present' && areSame(some.value, same.value);
    if (some.kind === 'one-of')
      return (
        same.kind === 'one-of' &&
        areSame(some.value, same.value) &&
        some.literals.length === same.literals.length &&
        some.literals.every((literal, i) => Object.is(literal, same.literals[i]))
      );
    if (some.kind !== 'equal' || same.kind !== 'equal') return false;
    const { how, rows, negated, left, right } = some;
    if (how !== same.how || negated !== same.negated) return false;
    if (rows?.type !== same.rows?.type || rows?.certain !== same.rows?.certain) return false;
    if (rows?.isTested !== same.rows?.isTested || rows?.isPlain !== same.rows?.isPlain) return false;
    if (rows?.instance !== same.rows?.instance) return false;
    if (areSame(left, same.left) && areSame(right, same.right)) return true;
    const literal = literalIn(same);
    const [value, otherValue] = [sideWithout(some), sideWithout(same)];
    if (found !== undefined || negated || literal === undefined || literalIn(some) === undefined)
      return false;
    if (value === undefined || otherValue === undefined || !areSame(value, otherValue)) return false;
    found = { test: some, literal };
    return true;
  };
  const areReads = (some: ReadStatement, same: ReadStatement): boolean =>
    some.name === same.name &&
    some.inPattern === same.inPattern &&
    some.isExact === same.isExact &&
    some.field === same.field &&
    some.isOpen === same.isOpen &&
    areSame(some.base, same.base);
  const areAlike = (some: Statement, same: Statement): boolean => {
    if (some.kind === 'succeed') return same.kind === 'succeed';
    if (some.kind === 'if')
      return same.kind === 'if' && areTests(some.test, same.test) && areAlike(some.next, same.next);
    if (some.kind === 'read') {
      if (same.kind !== 'read' || !areReads(some, same)) return false;
      locals.set(same.to, some.to);
      return areAlike(some.next, same.next);
    }
    if (some.kind !== 'each' || same.kind !== 'each') return false;
    if (!areSame(some.list, same.list) || some.element !== same.element || some.isOpen !== same.isOpen)
      return false;
    locals.set(same.item, some.item);
    return areAlike(some.next, same.next);
  };
  return areAlike(first, other) ? found : undefined;
}
