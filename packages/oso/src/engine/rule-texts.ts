import {
  parse,
  parseTerm,
  printTerm,
  textOf,
  type ParameterNode,
  type PatternOrTermNode,
  type RuleNode,
  type RuleTypeNode,
  type Span,
} from '@nanook/core/syntax';

/** Returns a call as oso prints it. */
export function predicateText(span: Span): string {
  const text = span.source.text.slice(span.start);
  let depth = 0;
  for (const [i, character] of [...text].entries()) {
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) {
      const call = [...text].slice(0, i + 1).join('');
      const { term } = parseTerm(call);
      return term === undefined ? call : printTerm(term);
    }
  }
  return textOf(span);
}

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

/** Returns the text about a rule that matches none of the rule types of its name. */
export function invalidRuleText({ rule, reasons }: InvalidRule): string {
  const [given] = parse(rule).policy.statements as unknown as [RuleNode];
  const types = reasons.map(({ type }) => parse(type).policy.statements[0] as unknown as RuleTypeNode);
  const reasonTexts = types.map(
    (type) =>
      `\n${builtIn[type.name] ?? headText(type)}\n\tFailed to match because: ${misfit(given, type)}\n`,
  );
  return `Invalid rule: ${ruleText(given)}; Must match one of the following rule types:\n${reasonTexts.join('')}`;
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
function misfit(rule: RuleNode, type: RuleTypeNode): string {
  const [given, expected] = [rule.parameters, type.parameters];
  if (given.length !== expected.length)
    return `Different number of parameters. Rule has ${given.length} parameter(s) but rule type has ${expected.length}.`;
  let unnamed = 0;
  for (const [i, parameter] of given.entries()) {
    if (parameter.term.kind === 'variable' && parameter.term.name === '_') unnamed++;
    const text = parameterMisfit(parameter, expected[i]!, i + 1, unnamed);
    if (text !== undefined) return text;
  }
  return 'The parameters do not match.';
}

function parameterMisfit(
  given: ParameterNode,
  expected: ParameterNode,
  position: number,
  unnamed: number,
): string | undefined {
  const wanted = expected.specializer;
  if (wanted?.kind === 'instance-pattern') {
    const name = wanted.className;
    if (given.specializer === undefined && given.term.kind === 'variable') {
      const shown = given.term.name === '_' ? `_${unnamed}` : given.term.name;
      return `Parameter \`${shown}\` expects a ${name} type constraint.\n\n\t${shown}: ${name}`;
    }
    const found = given.specializer === undefined ? literalType(given.term) : classOf(given.specializer);
    if (found === undefined || found === name) return undefined;
    if (name !== 'Actor' && name !== 'Resource')
      return `Rule specializer ${found} on parameter ${position} must match rule type specializer ${name}`;
    const advice =
      name === 'Actor'
        ? `Perhaps you meant to add an actor block to the top of your policy, like this:\n\n\t  actor ${found} {}`
        : `Perhaps you meant to add a resource block to your policy, like this:\n\n\t  resource ${found} { .. }`;
    return `Rule specializer ${found} on parameter ${position} must be a member of rule type specializer ${name}\n\n\t${advice}`;
  }
  if (expected.term.kind !== 'literal' || printTerm(given.term) === printTerm(expected.term))
    return undefined;
  return `Invalid parameter ${position}. Rule value ${valueText(given.term)} != rule type value ${valueText(expected.term)}`;
}

const classOf = (pattern: PatternOrTermNode): string | undefined =>
  pattern.kind === 'instance-pattern' ? pattern.className : undefined;

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
