import { isPolicyError } from '@nanook/core';
import { positionOf, type Span, type TestNode } from '@nanook/core/syntax';
import type { Project } from '../project/project.js';
import { InvalidTest } from '../test/invalid-test.js';
import { testsOf, TestRunner } from '../test/run-tests.js';
import { findingOf, type Finding } from '@nanook/analysis';

/** Returns whether the fixtures are known without code of the application, which can need a database. */
export const knowsFixtures = ({ config }: Project): boolean => typeof config.fixtures !== 'function';

/** Returns the mistakes in the tests of policies without an error. The assertions are not decided. */
export async function checkTests(project: Project): Promise<readonly Finding[]> {
  const tests = testsOf(project);
  if (tests.length === 0) return [];
  const runner = await TestRunner.create(project);
  const found: Finding[] = [];
  for (const test of tests) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one setup is in memory at a time
      found.push(...runner.mistakesIn(test, await runner.prepare(test)));
    } catch (error) {
      found.push(...findingsOfSetup(error, test));
    }
  }
  return found;
}

function findingsOfSetup(error: unknown, test: TestNode): readonly Finding[] {
  if (error instanceof InvalidTest)
    return error.findings.map((finding) => ({ ...finding, span: spanIn(test, finding.span) }));
  if (!isPolicyError(error)) throw error;
  return error.diagnostics
    .filter(({ severity }) => severity === 'error')
    .map((diagnostic) => ({ ...findingOf(diagnostic), span: spanIn(test, diagnostic.span) }));
}

/** Returns the place in the file of the test: the setup is loaded as a policy with the same lines and other columns. */
function spanIn(test: TestNode, span: Span | undefined): Span {
  if (span === undefined) return test.name.span;
  if (span.source === test.span.source) return span;
  const { line } = positionOf(span);
  const rules = test.items.flatMap((item) => (item.kind === 'setup' ? item.rules : []));
  return (rules.find((rule) => positionOf(rule.span).line === line) ?? test.name).span;
}
