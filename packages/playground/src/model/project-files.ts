import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { isPolicyName } from './file-names.js';
import { configFile, emptyProject, fromConfig, toConfig, type ProjectText } from './project-text.js';
import { readJson } from './read-json.js';

/** A file that a person has chosen or dropped. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files that are not a project. The message is for the reader. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

const maxBytes = 2_000_000;

/**
 * Returns a project as a ZIP file with its policies and `nanook.config.json`, which `nanook` can check and test at once.
 *
 * @throws {SyntaxError} when the types or the data are not JSON
 */
export function toZip(project: ProjectText): Uint8Array {
  const files = Object.fromEntries(project.policies.map(({ name, source }) => [name, strToU8(source)]));
  return zipSync({ ...files, [configFile]: strToU8(toConfig(project)) });
}

/**
 * Reads policies, a configuration, or a ZIP file with them. Without a configuration, the types and the data of the current project stay.
 *
 * @throws {ImportError} when the files contain no policy and no configuration, or are too large
 */
export function readFiles(files: readonly GivenFile[], current: ProjectText): ProjectText {
  const all = files.flatMap((file) => (/\.zip$/i.test(file.name) ? unzip(file) : [file]));
  requireSize(all.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const policies = all
    .filter(({ name }) => name.endsWith('.polar'))
    .map(({ name, bytes }) => ({ name: safeName(name), source: textOf(name, bytes) }));
  if (new Set(policies.map(({ name }) => name)).size < policies.length)
    throw new ImportError('two of the files have the same name; import them as a ZIP file with folders');
  const configs = all.filter(
    ({ name }) => name.endsWith('.json') && !/(^|\/)(package|tsconfig)\b/.test(name),
  );
  const named = configs.find(({ name }) => name.split('/').at(-1) === configFile) ?? configs[0];
  if (policies.length === 0 && named === undefined)
    throw new ImportError(
      `expected policies (*.polar), ${configFile} or a ZIP file with them, found ${all.map(({ name }) => name).join(', ') || 'no file'}`,
    );
  if (named === undefined) return { ...current, policies };
  const config = configOf(named);
  const kept = policies.length > 0 ? policies : current.policies;
  return fromConfig(kept, config, emptyProject.question);
}

function configOf({ name, bytes }: GivenFile): Record<string, unknown> {
  const result = readJson(textOf(name, bytes));
  if ('offset' in result) throw new ImportError(`${name}: ${result.message}`);
  const { value } = result;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ImportError(`${name}: expected an object with \`types\` and \`fixtures\``);
  const config = value as Record<string, unknown>;
  if (typeof config['types'] === 'string')
    throw new ImportError(
      `${name}: the types are in the module ${config['types']}, which a page cannot run; write them as JSON`,
    );
  return config;
}

function unzip({ name, bytes }: GivenFile): GivenFile[] {
  let size = 0;
  try {
    const entries = unzipSync(bytes, {
      filter: ({ name: entry, originalSize }) => {
        const isWanted = /\.(polar|json)$/.test(entry) && !entry.startsWith('__MACOSX/');
        if (isWanted) size += originalSize;
        return isWanted && size <= maxBytes;
      },
    });
    requireSize(size);
    return Object.entries(entries).map(([entry, content]) => ({ name: entry, bytes: content }));
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(`${name} is not a ZIP file, or is damaged`);
  }
}

function requireSize(size: number): void {
  if (size > maxBytes)
    throw new ImportError(`the files have ${size} bytes; this page opens at most ${maxBytes}`);
}

function textOf(name: string, bytes: Uint8Array): string {
  const text = strFromU8(bytes).replace(/^\uFEFF/, '');
  if (text.includes('\0')) throw new ImportError(`${name}: expected a text, found other data`);
  return text;
}

function safeName(name: string): string {
  const path = name.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '');
  if (!isPolicyName(path)) throw new ImportError(`${name}: expected a name such as policy/main.polar`);
  return path;
}
