import type { NameNode, PolicyNode, SetupNode, TestFixtureNode, TestNode } from '@nanook/core/syntax';
import { InvalidTest } from './invalid-test.js';

/**
 * Returns the tests of policies, in whose setups the facts of `test fixture name { … }` replace `fixture name;`. The name of a fixture that
 * does not exist once stays in the setup.
 */
export function testsWithFixtures(trees: readonly PolicyNode[]): readonly TestNode[] {
  const statements = trees.flatMap((tree) => tree.statements);
  const fixtures = statements.filter((statement) => statement.kind === 'test-fixture');
  return statements
    .filter((statement) => statement.kind === 'test')
    .map((test) => {
      if (!test.items.some((item) => item.kind === 'setup' && item.fixtures.length > 0)) return test;
      const items = test.items.map((item) => (item.kind === 'setup' ? withFixtures(item, fixtures) : item));
      return { ...test, items };
    });
}

function withFixtures(setup: SetupNode, all: readonly TestFixtureNode[]): SetupNode {
  const found = setup.fixtures.map((use) => all.filter(({ name }) => name.name === use.name));
  return {
    ...setup,
    fixtures: setup.fixtures.filter((_, i) => found[i]!.length !== 1),
    rules: [...found.flatMap(([fixture, other]) => (other ? [] : (fixture?.rules ?? []))), ...setup.rules],
  };
}

/** Checks that the setups of a test use only fixtures that exist once. @throws {InvalidTest} */
export function requireFixtures(test: TestNode): void {
  const unknown = test.items.flatMap((item) => (item.kind === 'setup' ? item.fixtures : []));
  if (unknown.length > 0) throw new InvalidTest(unknown.map(findingOf));
}

const findingOf = ({ name, span }: NameNode) => ({
  severity: 'error' as const,
  code: 'POLAR_CHECK_UNDECLARED_NAME',
  message: `expected one \`test fixture ${name} { … }\`, found none or several; write it, or correct the name`,
  span,
});
