import { readFile } from 'node:fs/promises';
import { basename, dirname, normalize } from 'node:path';
import { messageOf } from '../errors/message-of.js';
import { replaceDependency } from './manifest.js';
import { parseSource, type ManualChange, type ParsedSource } from './parsed-source.js';
import { useAuthorizer } from './use-authorizer.js';
import { usePackage } from './use-package.js';

/** The place to which an application moves: the package with the API of oso, or the API of Nanook. */
export type Target = 'package' | 'authorizer';

/** A file of the application before and after the move. */
export interface MigratedFile {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Migration {
  /** The files that change. */
  readonly changed: readonly MigratedFile[];
  /** The places that must be changed by hand. */
  readonly manual: readonly ManualChange[];
}

/** Returns whether a file creates an instance of `Oso`. The path may lack its extension, or name a folder with an index file. */
type CreatesInstance = (path: string) => boolean;

const changes: Readonly<Record<Target, (source: ParsedSource, createsInstance: CreatesInstance) => void>> = {
  package: usePackage,
  authorizer: useAuthorizer,
};

/**
 * Computes the changes of files. It writes nothing.
 *
 * @param version the version of Nanook that `package.json` requires
 */
export async function migrateFiles(
  files: readonly string[],
  target: Target,
  version: string,
): Promise<Migration> {
  const changed: MigratedFile[] = [];
  const manual: ManualChange[] = [];
  const isManifest = (file: string): boolean => basename(file) === 'package.json';
  const add = async (file: string, migrate: (before: string) => MigratedText): Promise<void> => {
    const before = await readFile(file, 'utf8');
    if (target === 'package' && !before.includes('oso')) return;
    const { after, manual: found } = migrate(before);
    if (after !== before) changed.push({ file, before, after });
    manual.push(...found);
  };
  const sources = files.filter((file) => !isManifest(file));
  const createsInstance = target === 'authorizer' ? await creatorsAmong(sources) : () => false;
  for (const file of sources)
    await add(file, (before) => migrateSource(file, before, target, createsInstance));
  // An application that still calls oso at some place needs the dependency.
  const keepsDependency = target === 'authorizer' && manual.length > 0;
  for (const file of keepsDependency ? [] : files.filter(isManifest))
    await add(file, (before) => migrateManifest(file, before, target, version));
  return { changed, manual };
}

interface MigratedText {
  readonly after: string;
  readonly manual: readonly ManualChange[];
}

async function creatorsAmong(files: readonly string[]): Promise<CreatesInstance> {
  const creators = new Set<string>();
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    if (!/\b(?:new|extends) Oso\b/.test(text)) continue;
    creators.add(withoutExtension(file));
    if (basename(file).startsWith('index.')) creators.add(normalize(dirname(file)));
  }
  return (path) => creators.has(withoutExtension(path));
}

const withoutExtension = (path: string): string => normalize(path).replace(/\.[cm]?[jt]sx?$/, '');

function migrateSource(
  file: string,
  before: string,
  target: Target,
  createsInstance: CreatesInstance,
): MigratedText {
  let source: ParsedSource;
  try {
    source = parseSource(file, before);
  } catch (error) {
    // A file that does not mention oso probably has nothing to change.
    return before.includes('oso') ? unreadable(file, before, error) : { after: before, manual: [] };
  }
  changes[target](source, createsInstance);
  return { after: source.edited.toString(), manual: source.manual };
}

function migrateManifest(file: string, before: string, target: Target, version: string): MigratedText {
  const name = target === 'package' ? '@nanook/oso' : '@nanook/core';
  try {
    const after = ['oso', '@nanook/oso'].reduce(
      (text, from) => (from === name ? text : replaceDependency(text, from, [name, `^${version}`])),
      before,
    );
    return { after, manual: [] };
  } catch (error) {
    return unreadable(file, before, error);
  }
}

function unreadable(file: string, before: string, error: unknown): MigratedText {
  const { loc } = error as { loc?: { line: number; column: number } };
  const message = `the file cannot be parsed: ${messageOf(error)}`;
  return { after: before, manual: [{ file, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1, message }] };
}
