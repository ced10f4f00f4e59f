import { isPolarError, isPolicyError, type AuthorizerOptions } from '@nanook/core';
import { checkPolicy } from '@nanook/core/syntax';
import type { Project } from '../project/project.js';
import { checkTests, knowsFixtures } from './check-tests.js';
import { errorCount, findingOf, type Finding } from './finding.js';
import { runLints } from './lints/all-lints.js';

/**
 * Returns the errors and warnings of the policies and tests of a project, in the order of the policies. Lints, inline queries (`?= …`)
 * and tests are checked if there is no error. Inline queries can need the types of the application, so they run only if the
 * configuration declares types.
 */
export async function checkProject(project: Project): Promise<readonly Finding[]> {
  const found = checkPolicies(project);
  if (errorCount(found) > 0) return found;
  const hasQueries = hasInlineQueries(project);
  if (hasQueries && !project.declaresTypes) return found;
  const queries = hasQueries ? await failedQueries(project) : [];
  const tests = queries.length === 0 && knowsFixtures(project) ? await checkTests(project) : [];
  return sorted([...found, ...queries, ...tests], project);
}

/** Returns the errors and warnings of the policies of a project without running them. Lints run if there is no error. */
export function checkPolicies(project: Project): readonly Finding[] {
  const options = project.authorizerOptions(() => {});
  const found = checks(project, options);
  if (errorCount(found) > 0) return found;
  const { trees } = project;
  return sorted(
    [...found, ...runLints({ trees, types: options.types ?? {}, constants: options.constants ?? {} })],
    project,
  );
}

function checks(
  { policies }: Project,
  { types = {}, constants = {}, queries = [] }: AuthorizerOptions,
): Finding[] {
  try {
    return checkPolicy(policies, { types, constants, queries }).map(findingOf);
  } catch (error) {
    return [findingOfError(error)];
  }
}

const hasInlineQueries = ({ trees }: Project): boolean =>
  trees.some(({ statements }) => statements.some(({ kind }) => kind === 'inline-query'));

/** Runs the inline queries. The load has no other errors, because the checks have passed. */
async function failedQueries(project: Project): Promise<readonly Finding[]> {
  try {
    await project.load();
    return [];
  } catch (error) {
    if (!isPolicyError(error)) return [findingOfError(error)];
    return error.diagnostics.filter(({ severity }) => severity === 'error').map(findingOf);
  }
}

/** An error that is not about the text of a policy, such as an invalid type, is a finding, too. */
function findingOfError(error: unknown): Finding {
  if (!isPolarError(error)) throw error;
  const { code, message, span } = error;
  return {
    severity: 'error',
    code,
    message: span === undefined ? message : message.split('\n', 1)[0]!,
    span,
  };
}

function sorted(findings: readonly Finding[], { policies }: Project): readonly Finding[] {
  const order = new Map(policies.map(({ name }, index) => [name, index]));
  const fileOf = ({ span }: Finding): number => order.get(span?.source.name ?? '') ?? -1;
  const startOf = ({ span }: Finding): number => span?.start ?? -1;
  return [...findings].sort((a, b) => fileOf(a) - fileOf(b) || startOf(a) - startOf(b));
}
