import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import { spanOf, type Span } from '../diagnostics/span.js';
import { nearNames } from '../internal/near-names.js';
import type { PolicyRule } from '../policy/policy.js';
import { literalNode, parameterNode, variableNode } from '../syntax/ast.js';
import type { Parameter, Rule } from './goal.js';
import { link } from './link.js';
import type { Program } from './program.js';
import { constantTerm } from './term.js';

/** A fact that holds for one question: `['has_role', user, 'admin', organization]`. */
export type Fact = readonly [name: string, ...args: unknown[]];

/**
 * Links a policy with facts, which come after its rules. The program shares no part with the one of the policy alone, so that nothing that an
 * engine remembers about it can hold for another question.
 *
 * @param show returns the text of an argument in explanations
 * @throws {PolarError} `POLAR_RUN_UNDEFINED_RULE` for a fact of which the policy has no rule, and that it does not declare
 */
export function linkWithFacts(
  { policy, types }: Program,
  facts: readonly Fact[],
  show: (value: unknown) => string,
): Program {
  const lines = facts.map(([name, ...args]) => `${name}(${args.map(show).join(', ')});`);
  const source = new Source(lines.join('\n'), 'facts of the question');
  const program = link(policy, types);
  let start = 0;
  const rules = facts.map((fact, i) => {
    const span = spanOf(source, start, start + lines[i]!.length);
    start = span.end + 1;
    return new FactRule(fact, policy.rules.length + i, span);
  });
  for (const rule of rules) {
    const { name, parameters } = rule;
    const known = program.predicates.get(name)?.byArity.get(parameters.length);
    if (known === undefined) {
      const defined = [...program.predicates.values()].filter(({ isDefined }) => isDefined);
      const names = defined.map((predicate) => predicate.name);
      throw new PolarError('POLAR_RUN_UNDEFINED_RULE', { name, known: nearNames(name, names) });
    }
    (known as Rule[]).push(rule);
  }
  return {
    ...program,
    policy: {
      ...policy,
      rules: [...policy.rules, ...rules.map(({ origin }) => origin)],
      sources: [...policy.sources, source],
    },
  };
}

/** A fact as a rule without a body, whose parameters are values of the application. */
class FactRule implements Rule {
  readonly kind = 'rule';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body = [];
  readonly slotNames = [];
  readonly calls = [];
  readonly negatedPredicates = [];
  readonly callsMethods = false;
  readonly hasCut = false;
  readonly origin: PolicyRule;

  constructor(
    [name, ...args]: Fact,
    readonly id: number,
    span: Span,
  ) {
    this.name = name;
    this.parameters = args.map((value) => ({
      term: constantTerm(value),
      takesArgument: false,
      literal: isLiteral(value) ? value : undefined,
      specializer: { kind: 'none' },
      goals: [],
      span,
    }));
    this.origin = {
      kind: 'policy-rule',
      id,
      name,
      parameters: args.map((value) =>
        parameterNode(span, isLiteral(value) ? literalNode(span, value) : variableNode(span, '_'), undefined),
      ),
      body: undefined,
      span,
      shorthandOf: undefined,
    };
  }
}

const isLiteral = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
