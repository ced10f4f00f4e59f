import type { Authorizer, Diagnostic } from '@nanook/core';
import type { Project } from '../project/project.js';
import { readProject, type ProjectOptions } from '../project/read-project.js';
import type { Fixtures } from '../project/config.js';
import { readValue } from '../values/read-value.js';

/** A loaded project, with which a command decides checks. */
export interface Opened {
  readonly project: Project;
  readonly authorizer: Authorizer;
  readonly fixtures: Fixtures;
  /** Returns the value that an argument names. */
  readonly value: (text: string) => unknown;
}

/**
 * Loads a project and its fixtures.
 *
 * @throws {UsageError} when the configuration or a value cannot be read
 * @throws {PolicyError} when a policy has an error
 */
export async function openProject(
  options: ProjectOptions,
  onWarning: (warning: Diagnostic) => void = () => {},
): Promise<Opened> {
  const project = await readProject(options);
  const authorizer = await project.load(onWarning);
  const fixtures = await project.fixtures();
  return { project, authorizer, fixtures, value: (text) => readValue(text, fixtures, authorizer) };
}
