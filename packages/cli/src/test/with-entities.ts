import { typed, type TypesInput } from '@nanook/core';
import { nearNames } from '@nanook/core/internal';
import {
  mapTerm,
  type AssertionNode,
  type EntityId,
  type RuleNode,
  type Span,
  type TermNode,
  type TestNode,
} from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import { InvalidTest } from './invalid-test.js';

/** A test, and the values that it can name. */
export interface TestWithFixtures {
  readonly test: TestNode;
  readonly fixtures: Fixtures;
  /** The texts of the objects that were added, such as `User{"ann"}`, by the name of the fixture. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Replaces objects such as `User{"ann"}` in a test by fixtures. The same text is the same object. It has its key, and no other attribute.
 *
 * @throws {InvalidTest} when the type is not known
 */
export function withEntities(test: TestNode, fixtures: Fixtures, types: TypesInput): TestWithFixtures {
  const added = new Map<string, { readonly name: string; readonly value: unknown }>();
  const nameOf = (text: string, entity: EntityId, span: Span): string => {
    const known = added.get(text);
    if (known !== undefined) return known.name;
    // Two underscores, so that the name is hardly one of a fixture or a variable.
    const name = `entity__${added.size}`;
    added.set(text, { name, value: create(entity, types, span) });
    return name;
  };
  // A variable of the query is printed without its type.
  const replace = (term: TermNode): TermNode =>
    mapTerm(term, (inner) => {
      if (inner.kind !== 'variable') return inner;
      const { name, span, entity, type } = inner;
      if (entity === undefined) return type === undefined ? inner : { kind: 'variable', span, name };
      return { kind: 'variable', span, name: nameOf(name, entity, span) };
    });
  const items = test.items.map((item) =>
    item.kind === 'setup'
      ? { ...item, rules: item.rules.map((rule) => replaceInRule(rule, replace)) }
      : replaceInAssertion(item, replace),
  );
  const texts = new Map([...added].map(([text, { name }]) => [name, text]));
  if (added.size === 0) return { test: { ...test, items }, fixtures, texts };
  const values = Object.fromEntries([...added.values()].map(({ name, value }) => [name, value]));
  return { test: { ...test, items }, fixtures: { ...fixtures, ...values }, texts };
}

const replaceInRule = (rule: RuleNode, replace: (term: TermNode) => TermNode): RuleNode => ({
  ...rule,
  parameters: rule.parameters.map((parameter) => ({ ...parameter, term: replace(parameter.term) })),
  body: rule.body && replace(rule.body),
});

const replaceInAssertion = (item: AssertionNode, replace: (term: TermNode) => TermNode): AssertionNode => ({
  ...item,
  term: replace(item.term),
  values: item.values && replace(item.values),
});

/** Creates a row, or an instance of the class of the type, with its key. */
function create({ type, id }: EntityId, types: TypesInput, span: Span): unknown {
  const declared: unknown = Object.hasOwn(types, type) ? types[type] : undefined;
  if (declared === undefined) {
    const [near] = nearNames(type, Object.keys(types));
    const advice = near === undefined ? 'declare it in the configuration' : `did you mean ${near}?`;
    const message = `the type ${type} is unknown; ${advice}`;
    throw new InvalidTest([{ severity: 'error', code: 'POLAR_TYPE_UNKNOWN_TYPE', message, span }]);
  }
  const { class: ofClass = declared, key = 'id' } = declared as { class?: unknown; key?: unknown };
  const fields = { [typeof key === 'string' ? key : 'id']: id };
  return typeof ofClass === 'function'
    ? Object.assign(Object.create(ofClass.prototype as object) as object, fields)
    : typed(type, fields);
}
