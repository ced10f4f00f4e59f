import type {
  AndNode,
  CompareNode,
  ComparisonOperator,
  LiteralNode,
  MatchesNode,
  OrNode,
  RuleNode,
  Span,
  TermNode,
} from '@nanook/core/syntax';
import { changedRule, replaceTerm, replaceText, type ChangedRule } from './changed-rule.js';
import type { Edit, OperatorName } from './mutant.js';
import { typeAt, type PolicyNames } from './names.js';

/** One change of a rule. */
export interface Mutation extends ChangedRule {
  readonly operator: OperatorName;
  readonly summary: string;
  readonly span: Span;
}

/** Returns the changes of the body of a rule. */
export function bodyMutations(rule: RuleNode, names: PolicyNames): readonly Mutation[] {
  const { body } = rule;
  if (body === undefined) return [];
  const found: Mutation[] = [];
  const add = (
    operator: OperatorName,
    summary: string,
    from: TermNode,
    to: TermNode | undefined,
    attempts: readonly (readonly Edit[])[] = to === undefined ? [] : replaceText(from, to),
    span: Span = from.span,
  ): void =>
    void found.push({ operator, summary, span, ...changedRule(rule, replaceTerm(rule, from, to), attempts) });

  if (body.kind !== 'and' && body.kind !== 'or')
    add('drop-condition', 'the only condition is dropped', body, undefined, [dropBody(rule, body)]);
  conditions(body);
  return found;

  function conditions(term: TermNode): void {
    switch (term.kind) {
      case 'and':
      case 'or': {
        const isAnd = term.kind === 'and';
        term.operands.forEach((operand, i) => {
          const operands = term.operands.filter((other) => other !== operand);
          const rest = operands.length === 1 ? operands[0]! : { ...term, operands };
          const summary = isAnd ? 'the condition is dropped' : 'the alternative is dropped';
          add('drop-condition', summary, term, rest, [[dropOperand(term.operands, i)]], operand.span);
        });
        const swapped: TermNode = { ...term, kind: isAnd ? 'or' : 'and' };
        add(
          'swap-and-or',
          isAnd ? '`and` becomes `or`' : '`or` becomes `and`',
          term,
          swapped,
          swapWords(term, isAnd ? 'or' : 'and'),
        );
        term.operands.forEach(conditions);
        break;
      }
      case 'not':
        add('negate', '`not` is removed', term, term.operand);
        conditions(term.operand);
        break;
      case 'forall': {
        const { span, condition, action } = term;
        const one: TermNode = { kind: 'and', span, operands: [condition, action] };
        add('forall-to-one', 'one item is enough instead of all', term, one);
        conditions(action);
        break;
      }
      case 'cut':
      case 'print':
      case 'debug':
      case 'assign':
        break;
      default:
        if (term.kind !== 'literal')
          add('negate', 'the condition is negated', term, { kind: 'not', span: term.span, operand: term });
        details(term);
    }
  }

  /** The changes inside one condition. */
  function details(term: TermNode): void {
    switch (term.kind) {
      case 'compare':
        add('change-comparison', comparisonText(term), term, {
          ...term,
          operator: otherOperators[term.operator],
        });
        constants(term.left);
        constants(term.right);
        break;
      case 'unify':
        constants(term.left);
        constants(term.right);
        break;
      case 'in':
        if (term.collection.kind === 'list' && term.collection.rest === undefined) {
          const { collection } = term;
          collection.items.forEach((item, i) => {
            const items = collection.items.filter((other) => other !== item);
            const edit = [[dropOperand(collection.items, i)]];
            add(
              'change-constant',
              'the item of the list is dropped',
              collection,
              { ...collection, items },
              edit,
              item.span,
            );
          });
        } else constants(term.collection);
        break;
      case 'call':
        swapNames(term);
        break;
      case 'matches':
        widenMatch(term);
        break;
      case 'method-call':
        term.args.forEach(constants);
        break;
      default:
        break;
    }
  }

  function constants(term: TermNode): void {
    if (term.kind === 'method-call') term.args.forEach(constants);
    if (term.kind === 'arithmetic') {
      constants(term.left);
      constants(term.right);
    }
    if (term.kind !== 'literal') return;
    add('change-constant', 'the constant is changed', term, { ...term, value: otherValue(term.value) });
  }

  function swapNames(call: Extract<TermNode, { kind: 'call' }>): void {
    const { predicate, args } = call;
    const [, name, resource] = args;
    if (name?.kind !== 'literal' || typeof name.value !== 'string') return;
    const position = rule.parameters.findIndex(
      ({ term }) => term.kind === 'variable' && resource?.kind === 'variable' && term.name === resource.name,
    );
    const type = position === -1 ? undefined : typeAt(rule, position);
    for (const other of names.othersFor(predicate, name.value, type).slice(0, maxNames))
      add('swap-name', `"${name.value}" becomes "${other}"`, name, { ...name, value: other });
  }

  function widenMatch(term: MatchesNode): void {
    const { pattern } = term;
    if (pattern.kind !== 'instance-pattern' || pattern.fields.length === 0) return;
    const to: TermNode = { ...term, pattern: { ...pattern, fields: [] } };
    add('widen-type', 'the fields of the pattern are dropped', term, to);
  }
}

/** The number of names that replace one name. */
export const maxNames = 2;

const otherOperators: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '==': '!=',
  '!=': '==',
};

const comparisonText = ({ operator }: CompareNode): string =>
  `\`${operator}\` becomes \`${otherOperators[operator]}\``;

function otherValue(value: LiteralNode['value']): LiteralNode['value'] {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return value === '' ? 'changed' : '';
}

/** Removes an operand with the word or comma before it; the first one with that after it. */
function dropOperand(operands: readonly { readonly span: Span }[], index: number): Edit {
  const { start, end } = operands[index]!.span;
  if (index > 0) return { start: operands[index - 1]!.span.end, end, text: '' };
  return { start, end: operands[1]?.span.start ?? end, text: '' };
}

/** Removes `if` and the body. */
function dropBody({ parameters, nameSpan }: RuleNode, { span: { source, end } }: TermNode): readonly Edit[] {
  const from = parameters.at(-1)?.span.end ?? nameSpan.end;
  return [{ start: source.text.indexOf(')', from) + 1, end, text: '' }];
}

/** Replaces each `and` or `or` between the operands, with and without brackets around all. */
function swapWords({ operands, span }: AndNode | OrNode, word: string): readonly (readonly Edit[])[] {
  const { text } = span.source;
  const words = operands.slice(1).map((operand, i): Edit => {
    const start = operands[i]!.span.end;
    const end = operand.span.start;
    return { start, end, text: text.slice(start, end).replace(/\b(and|or)\b/, word) };
  });
  const bracket = (at: number, bracketText: string): Edit => ({ start: at, end: at, text: bracketText });
  return [words, [bracket(span.start, '('), ...words, bracket(span.end, ')')]];
}
