import { Expression } from '../expression.js';
import type { PolarOperator } from '../types.js';

/** A conjunction of conditions. */
export type Atoms = readonly Expression[];

/** Returns a constraint as alternatives, each a conjunction. */
export function disjunctionOf(constraint: Expression): readonly Atoms[] {
  const { operator, args } = constraint;
  switch (operator) {
    case 'And': {
      let all: readonly Atoms[] = [[]];
      for (const arg of args as Expression[]) {
        const more = disjunctionOf(arg);
        all = all.flatMap((left) => more.map((right) => [...left, ...right]));
      }
      return all;
    }
    case 'Or':
      return (args as Expression[]).flatMap(disjunctionOf);
    case 'Not': {
      const [operand] = args as [Expression];
      const inner = negate(operand);
      return inner === undefined ? [[constraint]] : disjunctionOf(inner);
    }
    default:
      return [[constraint]];
  }
}

const opposites: Readonly<Partial<Record<PolarOperator, PolarOperator>>> = {
  Unify: 'Neq',
  Neq: 'Unify',
  Lt: 'Geq',
  Leq: 'Gt',
  Gt: 'Leq',
  Geq: 'Lt',
};

/** Returns the negation of a constraint without `Not`; undefined if it has none. */
function negate({ operator, args }: Expression): Expression | undefined {
  const negated = () => args.map((arg) => new Expression('Not', [arg]));
  switch (operator) {
    case 'And':
      return new Expression('Or', negated());
    case 'Or':
      return new Expression('And', negated());
    case 'Not':
      return args[0] as Expression;
    default: {
      const opposite = opposites[operator];
      return opposite && new Expression(opposite, args);
    }
  }
}
