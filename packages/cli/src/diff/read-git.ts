import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NamedPolicy } from '@nanook/core';
import { UsageError } from '../errors/usage-error.js';

const run = promisify(execFile);

/** The output of `git` for a repository with many large policies. */
const maxBuffer = 256 * 1_024 * 1_024;

/** Returns whether a text names a revision of the repository of the working directory, such as `main` or `HEAD~2`. */
export async function isRevision(text: string): Promise<boolean> {
  // `--end-of-options` keeps a text that starts with `-` from being an option of git.
  return (
    (await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`])) !== undefined
  );
}

/**
 * Reads the policies of a revision that lie in one of the paths, with the revision in their names: `main:policy/main.polar`.
 *
 * @param paths files and folders, relative to the working directory
 * @throws {UsageError} when the revision has no policy there
 */
export async function readRevision(
  revision: string,
  paths: readonly string[],
): Promise<readonly NamedPolicy[]> {
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', revision, '--', ...paths]);
  const files = (listed ?? '').split('\0').filter((name) => name.endsWith('.polar'));
  if (files.length === 0)
    throw new UsageError(`the revision ${revision} has no file that ends in .polar in ${paths.join(', ')}`);
  return Promise.all(
    files.map(async (file) => ({
      name: `${revision}:${file}`,
      source: (await git(['show', `${revision}:./${file}`])) ?? '',
    })),
  );
}

/** Returns the output of git; undefined when it fails, or is not installed. */
async function git(args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run('git', [...args], { maxBuffer })).stdout;
  } catch {
    return undefined;
  }
}
