import {
  checkPolicies as checkTexts,
  errorCount,
  findingOf,
  findingOfError,
  inOrder,
  type Finding,
} from '@nanook/analysis';
import { isPolicyError } from '@nanook/core';
import type { Project } from '../project/project.js';
import { checkTests, knowsFixtures } from './check-tests.js';

/**
 * Returns the errors and warnings of the policies and tests of a project, in the order of the policies. Inline queries (`?= …`) and
 * tests are checked if there is no error. Inline queries can need the types of the application, so they run only if the
 * configuration declares types.
 */
export async function checkProject(project: Project): Promise<readonly Finding[]> {
  const found = checkPolicies(project);
  if (errorCount(found) > 0) return found;
  const hasQueries = hasInlineQueries(project);
  if (hasQueries && !project.declaresTypes) return found;
  const queries = hasQueries ? await failedQueries(project) : [];
  const tests = queries.length === 0 && knowsFixtures(project) ? await checkTests(project) : [];
  return inOrder([...found, ...queries, ...tests], project.policies);
}

/** Returns the errors and warnings of the policies of a project without running them. */
export function checkPolicies(project: Project): readonly Finding[] {
  const { types = {}, constants = {}, queries = [], dialect } = project.authorizerOptions(() => {});
  const { policies, trees } = project;
  return checkTexts({ policies, trees, types, constants, queries, dialect });
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
