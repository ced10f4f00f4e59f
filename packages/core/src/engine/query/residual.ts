import { PolarError } from '../../diagnostics/polar-error.js';
import { ListCursor } from '../../terms/list-cursor.js';
import { isPartial, PartialCall, PartialDictionary, PartialList } from '../../terms/partial.js';
import { Variable } from '../../terms/variable.js';
import type { Goal } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { ExpressionOperator } from './expression.js';
import { Expression } from './expression.js';
import { closeGoal, type Constraint } from '../machine/state/constraint.js';
import { snapshot, valueOf } from '../machine/state/term-value.js';
import type { Meter } from '../../host/meter.js';
import { policyDictionary } from '../../host/value.js';
import { QueryVariable } from '../../terms/query-variable.js';

/**
 * The names of the variables in an answer. A variable of a rule is named by a number, because other variables may have its name. In the
 * dialect oso, the number follows the name in the rule.
 */
export class VariableNames {
  readonly #ofRules = new Map<Variable, QueryVariable>();

  /** @param ofQuery the variables of the query, which keep their names */
  constructor(
    readonly ofQuery: ReadonlySet<unknown>,
    readonly keepsSourceNames: boolean,
  ) {}

  of(variable: Variable): QueryVariable {
    const { name } = variable;
    if (name !== '_' && this.ofQuery.has(variable)) return new QueryVariable(name);
    let known = this.#ofRules.get(variable);
    if (known === undefined) {
      const number = this.#ofRules.size + 1;
      const prefix = this.keepsSourceNames && name !== '_' ? `_${name}_` : '_';
      this.#ofRules.set(variable, (known = new QueryVariable(`${prefix}${number}`)));
    }
    return known;
  }
}

/** Depth to which the lists of an answer may be nested. */
const maxDepth = 1_000;

const comparisons: Record<ComparisonOperator, ExpressionOperator> = {
  '==': 'Eq',
  '!=': 'Neq',
  '<': 'Lt',
  '<=': 'Leq',
  '>': 'Gt',
  '>=': 'Geq',
};
const operations: Record<ArithmeticOperator, ExpressionOperator> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  mod: 'Mod',
  rem: 'Rem',
};

/**
 * Returns the constraints on a variable as an expression. A variable that only holds the result of a look-up or an operation is replaced
 * by the look-up or operation.
 *
 * @param name the name of the variable in the result: `_this`
 * @param names the names of other variables
 * @param kept other variables that are not replaced
 * @param equals the names of variables that are equal to this one
 */
export function residualOf(
  variable: Variable,
  constraints: readonly Constraint[],
  meter: Meter,
  name: string,
  names: VariableNames,
  kept: ReadonlySet<Variable> = new Set(),
  equals: readonly string[] = [],
): Expression {
  const goals = constraints.map((c) => closeGoal(c.goal, c.frame, meter));
  const definitions = new Map<Variable, Expression>();
  const render = (value: unknown): unknown => {
    if (value === variable) return new QueryVariable(name);
    if (value instanceof Variable) return definitions.get(value) ?? names.of(value);
    return isPartial(value) ? openValue(value, render, meter) : value;
  };
  const preserved = new Set([...kept, variable]);
  const equalities = equals.map(
    (other) => new Expression('Unify', [new QueryVariable(name), new QueryVariable(other)]),
  );
  return new Expression('And', [...equalities, ...conjuncts(goals, preserved, definitions, render, meter)]);
}

function conjuncts(
  goals: readonly Goal[],
  preserved: ReadonlySet<Variable>,
  definitions: Map<Variable, Expression>,
  render: (value: unknown) => unknown,
  meter: Meter,
): Expression[] {
  const found: Expression[] = [];
  const term = (t: Term) => render(snapshot(valueOf(t, [], meter), meter));
  // A goal may use the result of a later one, so all results are defined first.
  const results = new Map<Goal, Expression | undefined>();
  for (const goal of goals) {
    if (goal.kind !== 'lookup' && goal.kind !== 'arithmetic') continue;
    meter.step();
    const value =
      goal.kind === 'lookup'
        ? lookupOf(term(goal.object), term(goal.key), goal.inPattern)
        : new Expression(operations[goal.operator], [term(goal.left), term(goal.right)]);
    const result = snapshot(valueOf(goal.result, [], meter), meter);
    const isDefinition = result instanceof Variable && !preserved.has(result) && !definitions.has(result);
    if (isDefinition) definitions.set(result, value);
    results.set(goal, isDefinition ? undefined : value);
  }
  for (const goal of goals) {
    meter.step();
    switch (goal.kind) {
      case 'lookup':
      case 'arithmetic': {
        const value = results.get(goal);
        if (value === undefined) break;
        const result = term(goal.result);
        const isRepeated = result instanceof Expression && result.toString() === value.toString();
        if (!isRepeated) found.push(new Expression('Unify', [result, value]));
        break;
      }
      case 'unify':
        found.push(new Expression('Unify', [term(goal.left), term(goal.right)]));
        break;
      case 'compare':
        found.push(new Expression(comparisons[goal.operator], [term(goal.left), term(goal.right)]));
        break;
      case 'in':
        found.push(new Expression('In', [term(goal.item), term(goal.collection)]));
        break;
      case 'isa':
        found.push(new Expression('Isa', [term(goal.value), goal.name]));
        break;
      case 'condition':
        found.push(new Expression('Unify', [term(goal.term), true]));
        break;
      case 'not':
        found.push(
          new Expression('Not', [
            new Expression('And', conjuncts(goal.operand, preserved, definitions, render, meter)),
          ]),
        );
        break;
      default:
        break;
    }
  }
  return found;
}

const patternLookups = new WeakSet<Expression>();

/** Returns whether a look-up reads the field of a pattern. */
export const isPatternLookup = (expression: Expression): boolean => patternLookups.has(expression);

function lookupOf(object: unknown, key: unknown, inPattern: boolean): Expression {
  const expression = new Expression('Dot', [object, key]);
  if (inPattern) patternLookups.add(expression);
  return expression;
}

/** Returns a list or dictionary in which unbound variables are rendered. */
export function openValue(
  value: unknown,
  render: (value: unknown) => unknown,
  meter: Meter,
  convert: (value: unknown) => unknown = (known) => known,
  depth = 0,
): unknown {
  meter.grow(1);
  if (depth > maxDepth) throw new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: maxDepth });
  if (value instanceof PartialList) {
    const items: unknown[] = [];
    const cursor = new ListCursor(value);
    while (cursor.hasNext()) items.push(openValue(cursor.next(), render, meter, convert, depth + 1));
    if (cursor.open !== undefined) items.push(render(cursor.open));
    return items;
  }
  if (value instanceof PartialCall)
    return value.call.with(value.args.map((arg) => openValue(arg, render, meter, convert, depth + 1)));
  if (value instanceof PartialDictionary) {
    return policyDictionary(
      value.keys,
      value.values.map((each) => openValue(each, render, meter, convert, depth + 1)),
    );
  }
  return value instanceof Variable ? render(value) : convert(value);
}
