import {
  parse,
  printTerm,
  type ParameterNode,
  type PatternOrTermNode,
  type RuleNode,
  type RuleTypeNode,
  type Span,
  type StatementNode,
} from '@nanook/core/syntax';
import { ancestors } from '../helpers.js';
import type { HostTypes } from '../types.js';
import { rewrittenRule } from './rewritten-rule.js';

/** The parameters of the rule types that every policy has, as oso names them. */
const builtIn: Readonly<Record<string, string>> = {
  allow: 'allow(actor, _action, resource);',
  allow_field: 'allow_field(actor, action, resource, field);',
  allow_request: 'allow_request(actor, request);',
  has_permission: 'has_permission(actor: Actor{}, _permission: String{}, resource: Resource{});',
};

interface InvalidRule {
  readonly rule: string;
  readonly reasons: readonly { readonly type: string }[];
}

/** The facts about a policy that its messages need. */
export interface LoadedPolicy {
  readonly types: HostTypes;
  readonly statements: readonly StatementNode[];
}

/** Returns the text about a rule that matches none of the rule types of its name. */
export function invalidRuleText({ rule, reasons }: InvalidRule, place: Span, policy: LoadedPolicy): string {
  const [given] = parse(rule).policy.statements as unknown as [RuleNode];
  const { text, names } = rewrittenRule(given, policy.statements, place);
  const types = reasons.map(({ type }) => parse(type).policy.statements[0] as unknown as RuleTypeNode);
  const reasonTexts = types.map(
    (type) =>
      `\n${builtIn[type.name] ?? headText(type)}\n\tFailed to match because: ${misfit(given, type, names, policy)}\n`,
  );
  return `Invalid rule: ${text}; Must match one of the following rule types:\n${reasonTexts.join('')}`;
}

export const ruleText = (rule: Pick<RuleNode, 'name' | 'parameters' | 'body'>): string => {
  const head = headText(rule).slice(0, -1);
  return rule.body === undefined ? head : `${head} if ${printTerm(rule.body)}`;
};

/** Returns the head of a rule or of a rule type as oso prints it. */
export function headText({ name, parameters }: Pick<RuleNode, 'name' | 'parameters'>): string {
  let unnamed = 0;
  const shown = parameters.map(({ term, specializer }) => {
    const text = term.kind === 'variable' && term.name === '_' ? `_${++unnamed}` : printTerm(term);
    return specializer === undefined ? text : `${text}: ${patternText(specializer)}`;
  });
  return `${name}(${shown.join(', ')});`;
}

function patternText(pattern: PatternOrTermNode): string {
  if (pattern.kind !== 'instance-pattern') return printTerm(pattern as never);
  const fields = pattern.fields.map(({ key, value }) => `${key}: ${patternText(value)}`);
  return `${pattern.className}{${fields.join(', ')}}`;
}

/** Returns the text about the first parameter that does not match. */
function misfit(rule: RuleNode, type: RuleTypeNode, names: readonly string[], policy: LoadedPolicy): string {
  const [given, expected] = [rule.parameters, type.parameters];
  if (given.length !== expected.length)
    return `Different number of parameters. Rule has ${given.length} parameter(s) but rule type has ${expected.length}.`;
  for (const [i, parameter] of given.entries()) {
    const text = parameterMisfit(parameter, expected[i]!, { position: i + 1, name: names[i]!, policy });
    if (text !== undefined) return text;
  }
  return 'The parameters do not match.';
}

function parameterMisfit(
  given: ParameterNode,
  expected: ParameterNode,
  {
    position,
    name,
    policy,
  }: { readonly position: number; readonly name: string; readonly policy: LoadedPolicy },
): string | undefined {
  const wanted = expected.specializer;
  if (wanted?.kind === 'instance-pattern') {
    const { className } = wanted;
    if (given.specializer === undefined && given.term.kind === 'variable')
      return `Parameter \`${name}\` expects a ${className} type constraint.\n\n\t${name}: ${className}`;
    const found = classOf(given.specializer ?? given.term);
    if (found === undefined || isWithin(found, className, policy)) return undefined;
    const start = `Rule specializer ${found} on parameter ${position}`;
    if (className !== 'Actor' && className !== 'Resource')
      return policy.types.has(found) || found === 'Actor' || found === 'Resource'
        ? `${start} must match rule type specializer ${className}`
        : `${start} is not registered as a class.`;
    const advice =
      className === 'Actor'
        ? `Perhaps you meant to add an actor block to the top of your policy, like this:\n\n\t  actor ${found} {}`
        : `Perhaps you meant to add a resource block to your policy, like this:\n\n\t  resource ${found} { .. }`;
    return `${start} must be a member of rule type specializer ${className}\n\n\t${advice}`;
  }
  if (expected.term.kind !== 'literal' || printTerm(given.term) === printTerm(expected.term))
    return undefined;
  return `Invalid parameter ${position}. Rule value ${valueText(given.term)} != rule type value ${valueText(expected.term)}`;
}

/** Returns whether a class is the wanted one or a subclass of it, or has a block that makes it a member of the wanted union. */
function isWithin(found: string, wanted: string, { types, statements }: LoadedPolicy): boolean {
  if (found === wanted) return true;
  if (wanted === 'Actor' || wanted === 'Resource')
    return statements.some(
      (statement) =>
        statement.kind === 'block' &&
        statement.className.name === found &&
        statement.keyword?.name === wanted.toLowerCase(),
    );
  const classes: readonly unknown[] = ancestors(types.get(found)?.cls);
  return classes.includes(types.get(wanted)?.cls);
}

const classOf = (term: PatternOrTermNode): string | undefined =>
  term.kind === 'instance-pattern' ? term.className : literalType(term);

function literalType(term: PatternOrTermNode): string | undefined {
  if (term.kind === 'list') return 'List';
  if (term.kind === 'dictionary') return 'Dictionary';
  if (term.kind !== 'literal') return undefined;
  if (typeof term.value === 'string') return 'String';
  if (typeof term.value === 'boolean') return 'Boolean';
  return Number.isInteger(term.value) ? 'Integer' : 'Float';
}

/** Returns a literal as oso shows its inner form. */
function valueText(term: PatternOrTermNode): string {
  if (term.kind !== 'literal') return printTerm(term as never);
  const { value } = term;
  if (typeof value === 'string') return `String(${JSON.stringify(value)})`;
  if (typeof value === 'boolean') return `Boolean(${value})`;
  return `Number(${Number.isInteger(value) ? 'Integer' : 'Float'}(${value}))`;
}
