import { readFile } from 'node:fs/promises';
import { basename, dirname, normalize } from 'node:path';
import { messageOf } from '../errors/message-of.js';
import { findClients, isCloudModule } from './cloud-clients.js';
import { findInstances } from './instances.js';
import { packageName, replaceDependency, scriptsWith, settingsWithOso } from './manifest.js';
import { moduleNames } from './module-names.js';
import { isOsoModule } from './oso-imports.js';
import { parseSource, placesAfter, type ManualChange, type ParsedSource } from './parsed-source.js';
import { useAuthorizer } from './use-authorizer.js';
import { useCloud } from './use-cloud.js';
import { usePackage } from './use-package.js';

/** The place to which an application moves: the package with the API of oso, or the API of Nanook. */
export type Target = 'package' | 'authorizer';

/** A move of an application: from the package oso to a place, or from the client of Oso Cloud to the API of Nanook. */
export type Move = Target | 'oso-cloud';

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

/** The text of a file of the application. */
interface SourceFile {
  readonly file: string;
  readonly before: string;
}

/**
 * Computes the changes of files. It writes nothing.
 *
 * @param version the version of Nanook that `package.json` requires
 */
export async function migrateFiles(
  files: readonly string[],
  move: Move,
  version: string,
): Promise<Migration> {
  const all: SourceFile[] = [];
  // One at a time, because the number of open files is limited.
  for (const file of files) all.push({ file, before: await readFile(file, 'utf8') });
  const manifests = all.filter(isManifest);
  const sources = all.filter((file) => !isManifest(file));
  return moves[move](sources, manifests, `^${version}`);
}

const isManifest = ({ file }: SourceFile): boolean => basename(file) === 'package.json';

function fromCloud(
  sources: readonly SourceFile[],
  manifests: readonly SourceFile[],
  range: string,
): Migration {
  const manual: ManualChange[] = [];
  const clients = findClients(sources, (file) => {
    const one = parseSources([file]);
    manual.push(...one.manual);
    return one.parsed[0];
  });
  for (const { source, isClient } of clients) useCloud(source, isClient);
  const parsed = clients.map(({ source }) => orUnchanged(source));
  const keeps = parsed.some(({ file, edited }) => {
    const after = edited.toString();
    return (
      after.includes('oso-cloud') &&
      moduleNames(parseSource(file, after)).some(({ text }) => isCloudModule(text))
    );
  });
  const changed = changedManifests(manifests, manual, (text) =>
    replaceDependency(text, 'oso-cloud', ['@nanook/core', range], { keeps }),
  );
  return migrationOf(parsed, manual, changed);
}

/** Returns a changed file; the file as it was if its text cannot be parsed any more, with the places to change by hand. */
function orUnchanged(source: ParsedSource): ParsedSource {
  if (!source.edited.hasChanged()) return source;
  try {
    parseSource(source.file, source.edited.toString());
    return source;
  } catch (error) {
    const message = `the file is unchanged, because its changes would not be valid: ${messageOf(error)}`;
    const place = { file: source.file, line: 1, column: 1, message };
    return { ...parseSource(source.file, source.text), manual: [place, ...source.manual] };
  }
}

function toPackage(
  sources: readonly SourceFile[],
  manifests: readonly SourceFile[],
  range: string,
): Migration {
  const { parsed, manual } = parseSources(sources.filter(({ before }) => before.includes('oso')));
  for (const source of parsed) usePackage(source);
  const changed = changedManifests(manifests, manual, (text) =>
    replaceDependency(text, 'oso', ['@nanook/oso', range]),
  );
  for (const { file, before } of changed)
    for (const place of settingsWithOso(before))
      manual.push({ file, ...place, message: 'if this names the package oso, write @nanook/oso' });
  return migrationOf(parsed, manual, changed);
}

function toAuthorizer(
  sources: readonly SourceFile[],
  manifests: readonly SourceFile[],
  range: string,
): Migration {
  const { parsed, manual } = useAuthorizers(sources, packagesOf(manifests));
  const keepsPackage =
    manual.length > 0 ||
    parsed.some(
      (source) => namesPackage(source) && namesPackage(parseSource(source.file, source.edited.toString())),
    );
  const isChanged = parsed.some(({ edited }) => edited.hasChanged());
  if (keepsPackage && !isChanged) return migrationOf(parsed, manual, []);

  const changed = changedManifests(manifests, manual, (text) =>
    ['oso', '@nanook/oso'].reduce(
      (current, from) => replaceDependency(current, from, ['@nanook/core', range], { keeps: keepsPackage }),
      text,
    ),
  );
  for (const { file, before } of keepsPackage ? [] : changed)
    for (const place of scriptsWith(before, 'oso'))
      manual.push({ file, ...place, message: 'the command oso is removed; use nanook repl' });
  return migrationOf(parsed, manual, changed);
}

type Mover = (sources: readonly SourceFile[], manifests: readonly SourceFile[], range: string) => Migration;
const moves: Readonly<Record<Move, Mover>> = {
  package: toPackage,
  authorizer: toAuthorizer,
  'oso-cloud': fromCloud,
};

function useAuthorizers(sources: readonly SourceFile[], packages: ReadonlyMap<string, string>): Sources {
  const first = useAuthorizersOnce(sources, packages, new Map());
  return first.late.size > 0 ? useAuthorizersOnce(sources, packages, first.late) : first;
}

/**
 * Parses and changes the files.
 *
 * @param late the names of the instances that a function creates, by their file
 */
function useAuthorizersOnce(
  sources: readonly SourceFile[],
  packages: ReadonlyMap<string, string>,
  late: LateNames,
): Sources & { readonly late: LateNames } {
  const { parsed, manual } = parseSources(sources);
  const application = {
    ...findInstances(parsed, packages),
    namesPackage: parsed.some(namesPackage),
    late: {
      ...findInstances(parsed, packages, ({ file }) => late.has(file)),
      names: new Set([...late.values()].flat()),
    },
  };
  const found = new Map<string, readonly string[]>();
  for (const source of parsed) {
    const names = useAuthorizer(source, application);
    if (names.length > 0) found.set(source.file, names);
  }
  return { parsed, manual, late: found };
}

/** The names of instances, by the file that creates them. */
type LateNames = ReadonlyMap<string, readonly string[]>;

const namesPackage = (source: ParsedSource): boolean =>
  moduleNames(source).some(({ text }) => isOsoModule(text));

/** Parsed files, and the places in files that cannot be parsed. */
interface Sources {
  readonly parsed: readonly ParsedSource[];
  readonly manual: ManualChange[];
}

function parseSources(sources: readonly SourceFile[]): Sources {
  const parsed: ParsedSource[] = [];
  const manual: ManualChange[] = [];
  for (const { file, before } of sources)
    try {
      parsed.push(parseSource(file, before));
    } catch (error) {
      // A file that does not mention oso probably has nothing to change.
      if (/oso/i.test(before)) manual.push(unreadable(file, error));
    }
  return { parsed, manual };
}

function migrationOf(
  parsed: readonly ParsedSource[],
  manual: readonly ManualChange[],
  manifests: readonly MigratedFile[],
): Migration {
  const sources = parsed
    .filter(({ edited }) => edited.hasChanged())
    .map(({ file, text, edited }) => ({ file, before: text, after: edited.toString() }));
  return {
    changed: [...sources, ...manifests],
    manual: [...parsed.flatMap(placesAfter), ...manual],
  };
}

function changedManifests(
  manifests: readonly SourceFile[],
  manual: ManualChange[],
  change: (text: string) => string,
): MigratedFile[] {
  return manifests.flatMap(({ file, before }) => {
    if (!before.includes('oso')) return [];
    try {
      const after = change(before);
      return after === before ? [] : [{ file, before, after }];
    } catch (error) {
      manual.push(unreadable(file, error));
      return [];
    }
  });
}

/** Returns the folder of each package, by its name. */
function packagesOf(manifests: readonly SourceFile[]): Map<string, string> {
  const packages = new Map<string, string>();
  for (const { file, before } of manifests)
    try {
      const name = packageName(before);
      if (name !== undefined) packages.set(name, normalize(dirname(file)));
    } catch {
      // The change of the dependencies reports the file.
    }
  return packages;
}

function unreadable(file: string, error: unknown): ManualChange {
  const { loc } = error as { loc?: { line: number; column: number } };
  const message = `the file cannot be parsed: ${messageOf(error)}`;
  return { file, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1, message };
}
