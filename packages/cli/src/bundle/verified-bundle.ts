import { readFile } from 'node:fs/promises';
import { isPolarError, type Authorizer } from '@nanook/core';
import type { BundleManifest, OpenedBundle, OpenOptions } from '@nanook/policies/bundle';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { readProjectWith } from '../project/read-project.js';
import { publicKeys } from './keys.js';

/** Reads a bundle and verifies its signature. @throws {UsageError} when a file cannot be read; {NanookPoliciesError} */
export async function openBundleFile(
  file: string,
  keyFiles: readonly string[],
  options: OpenOptions = {},
): Promise<OpenedBundle> {
  const { openBundle } = await import('@nanook/policies/bundle');
  return openBundle(await readBundleFile(file), await publicKeys(keyFiles), options);
}

/** Reads the text of a bundle. @throws {UsageError} when the file cannot be read */
export async function readBundleFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the bundle ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Returns the reasons for which the application of the configuration would not use a bundle. Without types, they are not compared. */
export async function problemsOf(
  { manifest, files, candidate }: OpenedBundle,
  config: string | undefined,
): Promise<readonly string[]> {
  const problems = await problemsOfFiles(manifest, files, config);
  return candidate === undefined || problems.length > 0
    ? problems
    : problemsOfFiles(manifest, candidate, config);
}

async function problemsOfFiles(
  manifest: BundleManifest,
  files: OpenedBundle['files'],
  config: string | undefined,
): Promise<readonly string[]> {
  const project = await readProjectWith(config, () => Promise.resolve(files));
  let authorizer: Authorizer;
  try {
    authorizer = await project.load();
  } catch (error) {
    if (!isPolarError(error)) throw error;
    return [error.message];
  }
  return project.declaresTypes ? typeProblems(manifest, authorizer.policy.signature) : [];
}

const typeProblems = ({ types }: BundleManifest, own: Readonly<Record<string, string>>): readonly string[] =>
  [...new Set([...Object.keys(types), ...Object.keys(own)])]
    .filter((name) => types[name] !== own[name])
    .map((name) => `the ${name} is not the same in the bundle and in the configuration`);
