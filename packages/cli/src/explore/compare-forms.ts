import { isUndecided, type Authorizer, type DecisionOutcome } from '@nanook/core';
import type { Fixtures } from '../project/config.js';
import { Project } from '../project/project.js';
import type { Comparison, ExploredProject, ExplorerDifference } from './messages.js';

/** More checks would make a person wait after each change. */
const maxChecks = 5_000;
const maxMs = 3_000;

/**
 * Repeats the checks about the fixtures of a project with its form in JSON, which has no classes and no functions. A page with this form
 * then knows the checks that it decides in another way.
 */
export async function compareForms(
  authorizer: Authorizer,
  fixtures: Fixtures,
  { config, policies }: Pick<ExploredProject, 'config' | 'policies'>,
): Promise<Comparison> {
  const page = new Project('nanook.config.json', config, policies);
  const [pageAuthorizer, pageFixtures] = [await page.load(), await page.fixtures()];
  const names = Object.keys(fixtures).filter((name) => name in pageFixtures);
  const actions = authorizer.policy.actions();
  const differences: ExplorerDifference[] = [];
  const end = performance.now() + maxMs;
  let compared = 0;
  for (const actor of names)
    for (const resource of names)
      for (const action of actions) {
        if (compared === maxChecks || performance.now() > end) return { compared, differences };
        compared++;
        const outcome = await decide(authorizer, fixtures[actor], action, fixtures[resource]);
        const other = await decide(pageAuthorizer, pageFixtures[actor], action, pageFixtures[resource]);
        if (outcome !== other) differences.push({ actor, action, resource, outcome });
      }
  return { compared, differences };
}

async function decide(
  authorizer: Authorizer,
  actor: unknown,
  action: string,
  resource: unknown,
): Promise<DecisionOutcome> {
  try {
    return (await authorizer.can(actor, action, resource)) ? 'allowed' : 'denied';
  } catch (error) {
    return isUndecided(error) ? 'undecided' : 'error';
  }
}
