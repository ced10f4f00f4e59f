import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import { isFileName, readText, type PolicyInput, type PolicyReader } from '../policy-source.js';
import { fileSystem } from './file-system.js';
import { glob, isGlob } from './glob.js';

/** Reads texts, files and globs. Files are UTF-8; paths are relative to the working directory, which is how messages name them. */
export const fileReader: PolicyReader = {
  async read(inputs) {
    const read = await Promise.all(inputs.map(readInput));
    return read.flat();
  },
};

/** The file or pattern that an input names; undefined for a text. */
export function fileOf(input: PolicyInput): string | undefined {
  if (input instanceof URL) {
    const path = fileURLToPath(input);
    return relative(process.cwd(), path) || path;
  }
  return typeof input === 'string' && isFileName(input) ? input : undefined;
}

async function readInput(input: PolicyInput): Promise<Source[]> {
  const file = fileOf(input);
  if (file === undefined) return [readText(input)];
  if (!isGlob(file)) return [await readPolicyFile(file)];
  const files = await glob(file);
  if (files.length === 0) throw new PolarError('POLAR_LOAD_NO_FILE_MATCHES', { pattern: file });
  return Promise.all(files.map(readPolicyFile));
}

async function readPolicyFile(file: string): Promise<Source> {
  try {
    const bytes = await fileSystem().promises.readFile(file);
    return new Source(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT')
      throw new PolarError('POLAR_LOAD_FILE_NOT_FOUND', { file });
    const reason = error instanceof Error ? error.message : String(error);
    throw new PolarError('POLAR_LOAD_UNREADABLE', { file, reason }, undefined, { cause: error });
  }
}
