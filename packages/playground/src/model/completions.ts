import { Workspace, type Completions } from '@nanook/analysis';
import type { LoadedProject } from './load-project.js';
import type { ProjectText } from './project-text.js';

export type { Completion, Completions } from '@nanook/analysis';

/**
 * Returns the texts that fit at a place of a policy.
 *
 * @param loaded the last correct version of the project, which has the types and the names of the data
 */
export function completionsAt(
  { policies }: ProjectText,
  file: string,
  offset: number,
  { project, fixtures, authorizer }: LoadedProject,
): Completions | undefined {
  const workspace = new Workspace({
    types: project.types,
    constants: project.config.constants ?? {},
    fixtures: Object.fromEntries(
      Object.entries(fixtures).map(([name, value]) => [name, authorizer.policy.typesOf(value)[0]]),
    ),
  });
  for (const { name, source } of policies) workspace.update(name, source);
  return workspace.complete(file, offset);
}
