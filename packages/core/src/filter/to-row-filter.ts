import { PolarError } from '../diagnostics/polar-error.js';
import { assertNever } from '../internal/bug.js';
import {
  areReadable,
  count,
  decided,
  equal,
  isComputable,
  isIn,
  isNull,
  isReadable,
  notNull,
  order,
  textTest,
  truth,
  unequal,
} from './comparison-filters.js';
import type { Condition, RecursiveSet } from './condition.js';
import { isPositive, opposite, type Mode } from './mode.js';
import { baseOf, NotLinear, stepOf } from './recursive-filter.js';
import { all, allRows, any, exists, none, noRows, type FilterSet, type RowFilter } from './row-filter.js';

/**
 * Returns the filter of the rows for which a condition is true.
 *
 * @throws {NotLinear} for a recursion that no query follows
 * @throws {PolarError} `POLAR_FILTER_TOO_LARGE`
 */
export const toRowFilter = (condition: Condition): RowFilter => new Lowering().rows(condition, 'true');

/**
 * A set of a recursion: the rows for which it is true, or undecided. Both are built up from rows that were found before, so that a row is in
 * neither only because it leads to itself.
 */
interface Building {
  readonly set: RecursiveSet;
  readonly mode: 'true' | 'undecided';
}

/** The maximum of parts of a filter. Nested negations multiply the parts, so a short policy can have a filter that fills the memory. */
const maxFilterParts = 30_000;

class Lowering {
  #parts = 0;
  readonly #building: Building[] = [];
  readonly #sets = new Map<RecursiveSet, Partial<Record<Building['mode'], FilterSet>>>();

  rows(condition: Condition, mode: Mode): RowFilter {
    if (++this.#parts > maxFilterParts)
      throw new PolarError('POLAR_FILTER_TOO_LARGE', { limit: maxFilterParts });
    switch (condition.kind) {
      case 'always':
        return constant(true, false, mode);
      case 'never':
        return constant(false, false, mode);
      case 'undecided':
        return constant(false, true, mode);
      case 'and':
        return this.#conjunction(condition.parts, 0, mode);
      case 'or': {
        const parts = condition.parts.map((part) => this.rows(part, mode));
        return isPositive(mode) ? any(...parts) : all(...parts);
      }
      case 'not':
        return this.#negation(condition.part, mode);
      case 'some': {
        const { step, where } = condition;
        if (isPositive(mode)) return exists(step, this.rows(where, mode));
        // The same for at most one row. A recursion is followed from one row to the next.
        if (step.relation.kind === 'one' && this.#building.some(({ set }) => mentions(where, set)))
          return any(none(step, allRows), exists(step, this.rows(where, mode)));
        return none(step, this.rows(where, opposite[mode]));
      }
      case 'through': {
        const { step, where } = condition;
        const related = exists(step, this.rows(where, mode));
        return needsValue(mode) ? related : any(none(step, allRows), related);
      }
      case 'readable':
        return isReadable(condition.column, mode);
      case 'equal':
        return decided(
          mode,
          () => equal(condition.left, condition.right),
          () => unequal(condition.left, condition.right),
        );
      case 'is-nil':
        return decided(
          mode,
          () => isNull(condition.column),
          () => notNull(condition.column),
        );
      case 'in':
        return decided(
          mode,
          () => isIn(condition.column, condition.values),
          () =>
            any(
              { kind: 'not-in', column: condition.column, values: condition.values },
              isNull(condition.column),
            ),
        );
      case 'contains': {
        const { column, item } = condition;
        return decided(
          mode,
          () => ({ kind: 'contains', column, item }),
          () => ({ kind: 'lacks', column, item }),
        );
      }
      case 'readable-elements':
        return areReadable(condition.column, mode);
      case 'computable':
        return isComputable(condition.number, mode);
      case 'is-true':
        return truth(condition.column, mode);
      case 'text':
        return textTest(condition, mode);
      case 'count':
        return count(condition, mode);
      case 'order':
        return order(condition.operator, condition.left, condition.right, mode);
      case 'reaches':
        return this.#recursion(condition, mode);
      default:
        return assertNever(condition);
    }
  }

  /** A part counts only where all parts before it are true. */
  #conjunction(parts: readonly Condition[], from: number, mode: Mode): RowFilter {
    const first = parts[from];
    if (first === undefined) return constant(true, false, mode);
    if (from === parts.length - 1) return this.rows(first, mode);
    const rest = () => this.#conjunction(parts, from + 1, mode);
    // The general form below says the same, with parts that contradict each other.
    if (first.kind === 'readable' || first.kind === 'computable') {
      return needsValue(mode)
        ? all(this.rows(first, 'true'), rest())
        : any(this.rows(first, 'undecided'), rest());
    }
    switch (mode) {
      case 'true':
        return all(this.rows(first, 'true'), rest());
      case 'not true':
        return any(this.rows(first, 'not true'), rest());
      case 'undecided':
      case 'true or undecided':
        return any(this.rows(first, 'undecided'), all(this.rows(first, 'true'), rest()));
      case 'not undecided':
      case 'false':
        return all(this.rows(first, 'not undecided'), any(this.rows(first, 'not true'), rest()));
    }
  }

  #negation(part: Condition, mode: Mode): RowFilter {
    switch (mode) {
      case 'true':
        return this.rows(part, 'false');
      case 'false':
        return this.rows(part, 'true');
      case 'not true':
        return this.rows(part, 'true or undecided');
      case 'true or undecided':
        return this.rows(part, 'not true');
      case 'undecided':
        return all(this.rows(part, 'not true'), this.rows(part, 'undecided'));
      case 'not undecided':
        return any(this.rows(part, 'true'), this.rows(part, 'not undecided'));
    }
  }

  #recursion({ row, set }: Extract<Condition, { kind: 'reaches' }>, mode: Mode): RowFilter {
    const innermost = this.#building.at(-1);
    if (innermost?.set === set && innermost.mode === mode) return { kind: 'found-before', row };
    const member = (of: Building['mode'], kind: 'in-set' | 'not-in-set'): RowFilter => ({
      kind,
      row,
      set: this.#set(set, of),
    });
    switch (mode) {
      case 'true':
        return member('true', 'in-set');
      case 'not true':
        return member('true', 'not-in-set');
      case 'undecided':
        return member('undecided', 'in-set');
      case 'not undecided':
        return member('undecided', 'not-in-set');
      case 'false':
        return all(member('undecided', 'not-in-set'), member('true', 'not-in-set'));
      case 'true or undecided':
        return any(member('true', 'in-set'), member('undecided', 'in-set'));
    }
  }

  #set(set: RecursiveSet, mode: Building['mode']): FilterSet {
    let known = this.#sets.get(set);
    if (known === undefined) this.#sets.set(set, (known = {}));
    if (known[mode] !== undefined) return known[mode];
    if (this.#building.some((each) => each.set === set && each.mode === mode)) throw new NotLinear();
    this.#building.push({ set, mode });
    const body = this.rows(set.body, mode);
    this.#building.pop();
    return (known[mode] = { row: set.row, key: set.key, base: baseOf(body), step: stepOf(body) });
  }
}

/** Returns whether a row is left out where a value that the condition reads is absent. */
const needsValue = (mode: Mode): boolean => mode === 'true' || mode === 'not undecided' || mode === 'false';

function constant(isTrue: boolean, isUndecided: boolean, mode: Mode): RowFilter {
  const positive = isPositive(mode) ? mode : opposite[mode];
  const holds = positive === 'true' ? isTrue : positive === 'undecided' ? isUndecided : isTrue || isUndecided;
  return holds === isPositive(mode) ? allRows : noRows;
}

/** Returns whether a condition uses a recursive set. */
function mentions(condition: Condition, set: RecursiveSet): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.some((part) => mentions(part, set));
    case 'not':
      return mentions(condition.part, set);
    case 'some':
    case 'through':
      return mentions(condition.where, set);
    case 'reaches':
      return condition.set === set;
    default:
      return false;
  }
}
