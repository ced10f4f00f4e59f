import type { Authorizer, ExplainedUse, Explanation, NamedPolicy } from '@nanook/core';
import {
  mapTerm,
  parseTerm,
  positionOf,
  printParameter,
  printTerm,
  textOf,
  type ParameterNode,
  type RuleNode,
  type TermNode,
  type TestNode,
} from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';

/** A prefix that the names of a policy rarely have. */
const prefix = 'fixture::';

/** Returns whether a policy can write the name of a fixture. */
export const isVariable = (name: string): boolean => parseTerm(name).term?.kind === 'variable';

/** Returns the fixtures that a policy can name as constants for the rules of `setupSource`. */
export const fixtureConstants = (fixtures: Fixtures): Fixtures =>
  Object.fromEntries(
    Object.entries(fixtures)
      .filter(([name]) => isVariable(name))
      .map(([name, value]) => [prefix + name, value]),
  );

/**
 * Returns the setups of a test as a policy, in which the names of fixtures are constants. Each rule has the line that it has in the file
 * of the test. Returns undefined for a test without a setup.
 */
export function setupSource(
  test: TestNode,
  fixtures: Fixtures,
  authorizer: Authorizer,
): NamedPolicy | undefined {
  const rules = test.items.flatMap((item) => (item.kind === 'setup' ? item.rules : []));
  if (rules.length === 0) return undefined;
  const lines: string[] = [];
  for (const rule of rules) {
    const { line } = positionOf(rule.span);
    while (lines.length < line - 1) lines.push('');
    lines.push(ruleText(rule, fixtures, authorizer));
  }
  return { name: `${test.span.source.name ?? 'policy'} (setup)`, source: lines.join('\n') };
}

/** Prints `has_role(ann, "owner", note);` as a rule with typed parameters, which the rule types of blocks require. */
function ruleText({ name, parameters, body }: RuleNode, fixtures: Fixtures, authorizer: Authorizer): string {
  const conditions: string[] = [];
  const printed = parameters.map((parameter, i) => {
    const fixture = fixtureOf(parameter, fixtures);
    if (fixture === undefined) return printParameter(parameter);
    const variable = `${prefix}${i}`;
    conditions.push(`${variable} = ${prefix}${fixture}`);
    const [type] = authorizer.policy.typesOf(fixtures[fixture]);
    return type === undefined ? variable : `${variable}: ${type}`;
  });
  if (body !== undefined) {
    const own = parameters.flatMap(({ term, specializer }) =>
      term.kind === 'variable' && specializer !== undefined ? [term.name] : [],
    );
    conditions.push(`(${printTerm(withConstants(body, fixtures, new Set(own)))})`);
  }
  return `${name}(${printed.join(', ')})${conditions.length > 0 ? ` if ${conditions.join(' and ')}` : ''};`;
}

/** Returns the name of the fixture that a parameter is. A parameter with a type is a variable of its own. */
const fixtureOf = ({ term, specializer }: ParameterNode, fixtures: Fixtures): string | undefined =>
  term.kind === 'variable' && specializer === undefined && Object.hasOwn(fixtures, term.name)
    ? term.name
    : undefined;

/** @param own the variables of the rule, which hide fixtures of the same name */
const withConstants = (term: TermNode, fixtures: Fixtures, own: ReadonlySet<string>): TermNode =>
  mapTerm(term, (inner) =>
    inner.kind === 'variable' && Object.hasOwn(fixtures, inner.name) && !own.has(inner.name)
      ? { ...inner, name: prefix + inner.name }
      : inner,
  );

/**
 * Returns an explanation in which the rules of a setup have the text and the place that the test gives them.
 *
 * @param texts the texts of objects such as `User{"ann"}`, by the name of the fixture
 */
export function asWritten(
  explanation: Explanation,
  setup: NamedPolicy,
  test: TestNode,
  texts: ReadonlyMap<string, string>,
): Explanation {
  const rules = test.items.flatMap((item) => (item.kind === 'setup' ? item.rules : []));
  const textAt = (line: number): string | undefined => {
    const rule = rules.find(({ span }) => positionOf(span).line === line);
    return rule && textOf(rule.span);
  };
  const renamed = (text: string): string =>
    text
      .replaceAll(/fixture::\d+ = fixture::/g, prefix)
      .replaceAll(/fixture::([\p{L}\p{N}_]+)/gu, (_, name: string) => texts.get(name) ?? name);
  const write = (value: unknown): unknown => {
    if (typeof value === 'string') return renamed(value);
    if (Array.isArray(value)) return value.filter((item) => !isParameter(item)).map(write);
    if (typeof value !== 'object' || value === null) return value;
    const written = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, write(part)]));
    if ((value as Partial<ExplainedUse>).file !== setup.name) return written;
    const { line, bindings } = value as Partial<ExplainedUse>;
    const text = bindings === undefined ? undefined : textAt(line ?? 0);
    return { ...written, file: test.span.source.name, ...(text !== undefined && { text }) };
  };
  return write(explanation) as Explanation;
}

/** Returns whether an item of an explanation is the value of a parameter that `ruleText` has named. */
const isParameter = (item: unknown): boolean => {
  const { name } = (typeof item === 'object' ? (item ?? {}) : {}) as { readonly name?: unknown };
  return typeof name === 'string' && /^fixture::\d+$/.test(name);
};
