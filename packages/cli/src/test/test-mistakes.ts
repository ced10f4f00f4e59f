import { isPolarError, type Authorizer, type NamedPolicy } from '@nanook/core';
import { nearNames } from '@nanook/core/internal';
import {
  checkConditions,
  isWithin,
  visit,
  type AssertionNode,
  type PolicyNode,
  type TestNode,
  type VariableNode,
} from '@nanook/core/syntax';
import { blocksOf, builtInTypes, declarationsOf, type Finding, findingOf } from '@nanook/analysis';
import type { Fixtures } from '../project/config.js';
import { words } from '../project/fixtures.js';
import type { Project } from '../project/project.js';
import { isVariable } from './setup-source.js';

/** A test with the values that it names, and the policies with its setup. */
interface CheckedTest {
  readonly authorizer: Authorizer;
  readonly setup: NamedPolicy | undefined;
  readonly fixtures: Fixtures;
  readonly assertions: readonly AssertionNode[];
}

/**
 * Finds the mistakes in the assertions of tests: names that nothing declares, actions that no rule can allow on anything, and all errors and warnings
 * that the body of a rule would have. With such a mistake, `assert_not` holds for the wrong reason. So each of them is an error.
 */
export class TestMistakes {
  /** The findings in all tests that need no setup and no object of their own, which one check of the policies finds together. */
  #inPlainTests: readonly Finding[] | undefined;

  /** @param policies the policies without the setups of tests */
  constructor(
    readonly project: Project,
    readonly policies: readonly NamedPolicy[],
    readonly fixtures: Fixtures,
    /** The tests that are checked. */
    readonly tests: readonly TestNode[],
  ) {}

  /** Returns the mistakes in a test, in the order of the text. */
  of(test: TestNode, checked: CheckedTest): readonly Finding[] {
    const own = checked.assertions.flatMap((assertion) => [
      ...this.#unknownNames(assertion, checked.fixtures),
      ...this.#unknownActions(assertion, checked),
    ]);
    return [...own, ...this.#lintsOf(test, checked)].toSorted((a, b) => startOf(a) - startOf(b));
  }

  #lintsOf(test: TestNode, { setup, fixtures, assertions }: CheckedTest): readonly Finding[] {
    if (!isPlain(test)) {
      const policies = setup === undefined ? this.policies : [...this.policies, setup];
      return this.#lint(assertions, policies, fixtures);
    }
    const plain = this.tests.filter(isPlain).flatMap(({ items }) => items.filter(isAssertion));
    this.#inPlainTests ??= this.#lint(plain, this.policies, this.fixtures);
    return this.#inPlainTests.filter(({ span }) => span !== undefined && isWithin(span, test.span));
  }

  #lint(
    assertions: readonly AssertionNode[],
    policies: readonly NamedPolicy[],
    fixtures: Fixtures,
  ): readonly Finding[] {
    const { types = {}, constants, queries = [], dialect } = this.project.authorizerOptions(() => {});
    const named = Object.fromEntries(Object.entries(fixtures).filter(([name]) => isVariable(name)));
    const conditions = assertions.flatMap(({ term, values }) =>
      values === undefined ? [term] : [term, values],
    );
    const options = { types, constants: { ...constants, ...named }, queries, dialect };
    return checkConditions(policies, conditions, options).map((diagnostic) => ({
      ...findingOf(diagnostic),
      severity: 'error',
    }));
  }

  /** Finds variables that are used once: an assertion about any value is written with `_`, as in a rule. */
  #unknownNames(assertion: AssertionNode, fixtures: Fixtures): readonly Finding[] {
    const uses = new Map<string, VariableNode[]>();
    visit(assertion, {
      variable: (node) => void uses.set(node.name, [...(uses.get(node.name) ?? []), node]),
    });
    const { types, config } = this.project;
    const isKnown = (name: string): boolean =>
      name.startsWith('_') ||
      words.has(name) ||
      builtInTypes.has(name) ||
      [fixtures, types, config.constants ?? {}].some((known) => Object.hasOwn(known, name));
    return [...uses.values()].flatMap(([first, ...others]) => {
      if (first === undefined || others.length > 0 || isKnown(first.name)) return [];
      const near = nearNames(first.name, [...Object.keys(this.fixtures), ...Object.keys(types)]);
      const message = `\`${first.name}\` is not a fixture, so the assertion is about any value${adviceFor(near)}`;
      return [{ severity: 'error', code: 'NANOOK_TEST_UNKNOWN_NAME', message, span: first.span }];
    });
  }

  /** Finds `allow(ann, "raed", note)`. */
  #unknownActions(assertion: AssertionNode, { authorizer }: CheckedTest): readonly Finding[] {
    const found: Finding[] = [];
    visit(assertion, {
      call: ({ predicate, args: [, action] }) => {
        if (predicate !== 'allow' || action?.kind !== 'literal' || typeof action.value !== 'string') return;
        if (isKnownAction(action.value, authorizer, this.project.trees)) return;
        try {
          authorizer.policy.requireGrant(action.value);
        } catch (error) {
          if (!isPolarError(error)) throw error;
          found.push({ severity: 'error', code: error.code, message: error.message, span: action.span });
        }
      },
    });
    return found;
  }
}

/** Returns whether a rule can allow an action on any resource, or a block declares it as a permission. */
export const isKnownAction = (
  action: string,
  authorizer: Authorizer,
  trees: readonly PolicyNode[],
): boolean =>
  authorizer.policy.grants(action) ||
  blocksOf(trees)
    .flatMap(declarationsOf)
    .some(({ kind, name }) => kind === 'permission' && name === action);

const adviceFor = (near: readonly string[]): string =>
  near.length === 0
    ? '; add the fixture to the configuration, or write `_` for any value'
    : `; did you mean \`${near.join('` or `')}\`?`;

const isAssertion = (item: TestNode['items'][number]): item is AssertionNode => item.kind === 'assertion';

/** Returns whether a test has neither a setup nor an object such as `User{"ann"}`. */
function isPlain(test: TestNode): boolean {
  let isFound = false;
  visit(test, {
    setup: () => void (isFound = true),
    variable: ({ entity }) => void (isFound ||= entity !== undefined),
  });
  return !isFound;
}

const startOf = ({ span }: Finding): number => span?.start ?? 0;
