import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import {
  isFileName,
  listOf,
  readText,
  type NamedPolicy,
  type PolicyInput,
  type PolicyReader,
} from '../policy/policy-source.js';
import { readFile, readLater, readNow, type Reading } from './file-reads.js';
import { glob, isGlob } from './glob.js';

/** Reads texts, files and globs. Files are UTF-8. Paths are relative to the working directory, and messages show them so. */
export const fileReader: PolicyReader = {
  read: (inputs) => readLater(readInputs(inputs)),
  readSync: (inputs) => readNow(readInputs(inputs)),
};

/**
 * Reads the policies that `Authorizer.load` would read, without loading them: for tools that check or print policies.
 *
 * @param policies texts, `{ name, source }`, paths and globs
 * @returns the policies in this order, the files of a glob sorted by path; a text without a name is called `policy`
 * @throws {PolarError} `POLAR_LOAD_…` when a file does not exist, cannot be read, or a glob matches no file
 */
export async function readPolicies(policies: PolicyInput | readonly PolicyInput[]): Promise<NamedPolicy[]> {
  const sources = await fileReader.read(listOf(policies));
  return sources.map(({ name = 'policy', text }) => ({ name, source: text }));
}

/** The path of a policy file, or a pattern that matches several. */
export interface PolicyPath {
  readonly path: string;
  readonly isGlob: boolean;
}

/** Returns the path or pattern of an input; undefined for a text. A URL is never a pattern. */
export function pathOf(input: PolicyInput): PolicyPath | undefined {
  if (input instanceof URL) {
    const path = fileURLToPath(input);
    return { path: relative(process.cwd(), path) || path, isGlob: false };
  }
  return typeof input === 'string' && isFileName(input) ? { path: input, isGlob: isGlob(input) } : undefined;
}

function* readInputs(inputs: readonly PolicyInput[]): Reading<Source[]> {
  const sources: Source[] = [];
  for (const input of inputs) sources.push(...(yield* readInput(input)));
  return sources;
}

function* readInput(input: PolicyInput): Reading<Source[]> {
  const named = pathOf(input);
  if (named === undefined) return [readText(input)];
  const { path } = named;
  if (!named.isGlob) return [yield* readPolicyFile(path)];
  const files = yield* glob(path);
  if (files.length === 0)
    throw new PolarError('POLAR_LOAD_NO_FILE_MATCHES', { pattern: path, directory: process.cwd() });
  const sources: Source[] = [];
  for (const file of files) sources.push(yield* readPolicyFile(file));
  return sources;
}

function* readPolicyFile(file: string): Reading<Source> {
  try {
    const bytes = yield* readFile(file);
    return new Source(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT')
      throw new PolarError('POLAR_LOAD_FILE_NOT_FOUND', { file, directory: process.cwd() });
    const reason = error instanceof Error ? error.message : String(error);
    throw new PolarError('POLAR_LOAD_UNREADABLE', { file, reason }, undefined, { cause: error });
  }
}
