import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import { describeValue } from '../internal/descriptions.js';

/** A policy text and its name in messages. */
export interface NamedPolicy {
  readonly name: string;
  readonly source: string;
}

/**
 * A policy: a text, a text with a name, or (under Node) a file, as a string that ends in `.polar` and may be a glob, or as a
 * `file:` URL.
 */
export type PolicyInput = string | NamedPolicy | URL;

/** Reads the texts of policies. The implementation for files is in the entry for Node. */
export interface PolicyReader {
  read(inputs: readonly PolicyInput[]): Promise<Source[]>;
  /** Reads the texts without a promise. */
  readSync(inputs: readonly PolicyInput[]): Source[];
}

export const isFileName = (input: string): boolean => input.endsWith('.polar') && !/[\n;]/.test(input);

/** Reads only texts. @throws {PolarError} `POLAR_LOAD_NO_FILES_HERE` for a file name */
export const textReader: PolicyReader = {
  read: (inputs) => Promise.resolve(inputs.map(readText)),
  readSync: (inputs) => inputs.map(readText),
};

export function readText(input: PolicyInput): Source {
  if (input instanceof URL) throw new PolarError('POLAR_LOAD_NO_FILES_HERE', { file: input.href });
  if (typeof input !== 'string') {
    if (typeof input?.name !== 'string' || typeof input.source !== 'string') {
      const found = describeValue(input);
      throw new PolarError('POLAR_TYPE_INVALID_OPTION', {
        option: 'policies',
        reason: `must hold texts, files or { name, source }, found ${found}${adviceFor(found)}`,
      });
    }
    return new Source(input.source, input.name);
  }
  if (isFileName(input)) throw new PolarError('POLAR_LOAD_NO_FILES_HERE', { file: input });
  // The input is neither a file nor a policy: a folder, or a name without its extension.
  if (input !== '' && /^[^\s;(){}#]+$/.test(input))
    throw new PolarError('POLAR_LOAD_FILE_EXTENSION', { file: input });
  return new Source(input);
}

function adviceFor(found: string): string {
  if (found === 'a promise') return '; await it';
  return found.includes('Buffer') || found.includes('Uint8Array')
    ? "; read the file as text, with 'utf8'"
    : '';
}

export const listOf = (policies: PolicyInput | readonly PolicyInput[]): readonly PolicyInput[] =>
  Array.isArray(policies) ? (policies as readonly PolicyInput[]) : [policies as PolicyInput];
