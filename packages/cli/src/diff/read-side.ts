import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NamedPolicy, PolicyInput } from '@nanook/core';
import { UsageError } from '../errors/usage-error.js';
import { readInputs, readPaths } from '../project/read-project.js';
import { isRevision, readRevision } from './read-git.js';

/**
 * Reads one side of a comparison: files and folders, a revision of git with a path (`main:policy`), or a revision alone, which means the
 * policies of the configuration at that revision.
 *
 * @param side undefined for the policies of the configuration
 * @throws {UsageError} when the text is none of these
 */
export async function readSide(
  side: string | undefined,
  configured: readonly PolicyInput[],
): Promise<readonly NamedPolicy[]> {
  if (side === undefined) return readInputs(configured);
  if (existsSync(side)) return readPaths([side]);
  const [, revision, path] = /^([^:]+):(.+)$/s.exec(side) ?? [];
  if (revision !== undefined && (await isRevision(revision))) return readRevision(revision, [path!]);
  if (await isRevision(side)) return readConfigured(side, configured);
  if (side.endsWith('.polar')) return readPaths([side]);
  throw new UsageError(
    `expected a file, a folder, or a revision of git such as main or main:policy, found ${side}, which is none of them`,
  );
}

async function readConfigured(
  revision: string,
  configured: readonly PolicyInput[],
): Promise<readonly NamedPolicy[]> {
  const patterns = configured.filter((input) => typeof input === 'string');
  const all = await readRevision(revision, patterns.map(baseOf));
  const matched = all.filter(({ name }) =>
    patterns.some((pattern) =>
      toRegExp(resolve(pattern)).test(resolve(name.slice(revision.length + 1)).replaceAll('\\', '/')),
    ),
  );
  if (matched.length === 0)
    throw new UsageError(
      `the revision ${revision} has no policy of the configuration; name its folder: ${revision}:policy`,
    );
  return matched;
}

/** Returns the folder of a pattern, up to its first wildcard. */
const baseOf = (pattern: string): string => {
  const parts = pattern.split(/[/\\]/);
  const first = parts.findIndex((part) => /[*?[{]/.test(part));
  return (first === -1 ? parts : parts.slice(0, first)).join('/') || '.';
};

/** Converts a pattern with `*`, `**`, `?` and `{a,b}` to an expression for a whole path. */
function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll('\\', '/')
    .replace(/\*\*\/|\*+|\?|\{[^{}]*\}|[\\^$.|+()[\]{}]/g, (text) => {
      if (text === '**/') return '(?:.*/)?';
      if (text.startsWith('*')) return text === '**' ? '.*' : '[^/]*';
      if (text === '?') return '[^/]';
      if (text.length > 1) return `(?:${text.slice(1, -1).replaceAll('.', '\\.').split(',').join('|')})`;
      return `\\${text}`;
    });
  return new RegExp(`^${source}$`, 's');
}
