import type { Linker } from '../linker.js';
import { identityOfConstant } from '../identity.js';
import {
  anyOf,
  isLiteral,
  type IfStatement,
  type Literal,
  type Operand,
  type ReadStatement,
  type Statement,
} from '../plan.js';
import { fewestCases, maxOptionalReads } from '../thresholds.js';
import { mapChildren, renameLocal, someStatement } from '../traversal.js';

/**
 * Merges alternatives that begin alike, such as a thousand rules that first read the same attribute. They read it once, and tests of
 * its value against literals become a switch. The order of the alternatives stays as it is.
 */
export const mergeAlternatives = (statement: Statement, linker: Linker): Statement =>
  new Merger(linker).merged(statement);

class Merger {
  readonly #hasSwitches: boolean;
  #optionalReads = 0;

  constructor(readonly linker: Linker) {
    // An equality of the application is called for each literal.
    this.#hasSwitches = typeof linker.context.equality !== 'function';
  }

  merged(statement: Statement): Statement {
    return statement.kind === 'any'
      ? this.#alternatives(statement.of)
      : mapChildren(statement, (child) => this.merged(child));
  }

  #alternatives(all: readonly Statement[]): Statement {
    return anyOf(this.#segments(all).flatMap((segment) => this.#segment(segment)));
  }

  /** Divides alternatives after each that may call code of the application, because that may change attributes. */
  #segments(all: readonly Statement[]): readonly (readonly Statement[])[] {
    const segments: Statement[][] = [[]];
    for (const each of all) {
      segments.at(-1)!.push(each);
      if (someStatement(each, (s) => this.#mayChangeAttributes(s))) segments.push([]);
    }
    return segments;
  }

  #mayChangeAttributes(statement: Statement): boolean {
    switch (statement.kind) {
      case 'method':
      case 'again':
      case 'cut':
        return true;
      case 'if':
        return statement.test.kind === 'call' && this.linker.mayCallMethods(statement.test.callee.predicate);
      case 'answers':
        return this.linker.mayCallMethods(statement.callee.predicate);
      default:
        return false;
    }
  }

  #segment(all: readonly Statement[]): Statement[] {
    const keys = all.map((each) => (each.kind === 'read' ? keyOf(each) : undefined));
    const uses = countUses(keys);
    const merged: Statement[] = [];
    for (let i = 0; i < all.length;) {
      const first = all[i]!;
      const tested = this.#testedValue(first);
      if (tested !== undefined) {
        const count = lengthOfRun(all, i, (at) => this.#testedValue(all[at]!) === tested);
        if (count >= fewestCases) {
          merged.push(this.#switchOn(all.slice(i, i + count) as IfStatement[]));
          i += count;
          continue;
        }
      }
      if (first.kind === 'read') {
        const key = keys[i]!;
        const count = lengthOfRun(all, i, (at) => keys[at] === key);
        const later = uses.get(key)! - count;
        if (later > 0 && this.#optionalReads < maxOptionalReads) {
          merged.push(this.#readOptionally(first, all.slice(i), keys.slice(i)));
          return merged;
        }
        uses.set(key, later);
        if (count > 1) {
          const after = all.slice(i, i + count).map((each) => afterRead(each as ReadStatement, first));
          merged.push({ ...first, next: this.#alternatives(after) });
          i += count;
          continue;
        }
      }
      merged.push(mapChildren(first, (child) => this.merged(child)));
      i++;
    }
    return merged;
  }

  /** Reads an attribute before alternatives of which only some need it. The first one does, so that nothing is read too early. */
  #readOptionally(
    first: ReadStatement,
    all: readonly Statement[],
    keys: readonly (string | undefined)[],
  ): Statement {
    const value: Operand = { kind: 'local', local: first.to };
    const next = all.map((each, i): Statement => {
      if (each.kind !== 'read' || keys[i] !== keys[0]) return each;
      const after = afterRead(each, first);
      // A missing attribute equals no literal.
      return this.#testedValue(after) === first.to
        ? after
        : { kind: 'if', test: { kind: 'present', value }, next: after };
    });
    this.#optionalReads++;
    const read: Statement = { ...first, isOptional: true, next: this.#alternatives(next) };
    this.#optionalReads--;
    return read;
  }

  /** Returns the local that an alternative first compares with a literal. */
  #testedValue(statement: Statement): number | undefined {
    if (!this.#hasSwitches || statement.kind !== 'if') return undefined;
    const { test } = statement;
    if (test.kind !== 'equal' || test.negated) return undefined;
    const { left, right } = test;
    if (left.kind === 'local' && isCase(right)) return left.local;
    return right.kind === 'local' && isCase(left) ? right.local : undefined;
  }

  #switchOn(alternatives: readonly IfStatement[]): Statement {
    const cases = new Map<Literal, Statement[]>();
    let value: Operand | undefined;
    for (const { test, next } of alternatives) {
      if (test.kind !== 'equal') continue;
      const [literal, other] = isCase(test.right) ? [test.right, test.left] : [test.left, test.right];
      if (literal.kind !== 'constant') continue;
      value = other;
      const known = cases.get(literal.value as Literal);
      if (known === undefined) cases.set(literal.value as Literal, [next]);
      else known.push(next);
    }
    return {
      kind: 'switch',
      value: value!,
      cases: [...cases].map(([literal, nexts]) => ({ literal, next: this.#alternatives(nexts) })),
    };
  }
}

/** Checks for a constant that a switch can have as a case. */
const isCase = (operand: Operand): boolean => operand.kind === 'constant' && isLiteral(operand.value);

function countUses(keys: readonly (string | undefined)[]): Map<string | undefined, number> {
  const uses = new Map<string | undefined, number>();
  for (const key of keys) uses.set(key, (uses.get(key) ?? 0) + 1);
  return uses;
}

function lengthOfRun(all: readonly Statement[], from: number, belongs: (at: number) => boolean): number {
  let end = from;
  while (end < all.length && belongs(end)) end++;
  return end - from;
}

/** Identifies reads of the same attribute in the same way. */
function keyOf({ base, name, inPattern, isExact, field, isOpen }: ReadStatement): string {
  const of = base.kind === 'local' ? `$${base.local}` : identityOfConstant(base.value);
  return `${of}.${name} ${inPattern} ${isExact} ${identityOfConstant(field)} ${isOpen}`;
}

/** Returns the statements after a read, with the value that another read has found. */
const afterRead = ({ next, to }: ReadStatement, found: ReadStatement): Statement =>
  renameLocal(next, to, found.to);
