import { basename, dirname, relative, resolve } from 'node:path';
import type { TypesInput } from '@nanook/core';
import { anonymous, exportedClasses } from './exported-classes.js';
import { findSourceFiles } from './source-files.js';
import { loadTypeScript } from './load-typescript.js';

/** The types of the instances of the classes of an application. */
export interface Instances {
  /** The type of the instances, such as `import('./note.js').Note`, by the name of the declared type. */
  readonly types: ReadonlyMap<string, string>;
  /** The reasons why the instances of a class have no type, and how to correct it. */
  readonly notes: readonly string[];
}

/**
 * Finds the files that export the classes of the configuration.
 *
 * @param out the path of the generated file, to which imports are relative
 * @param project the path of the `tsconfig.json`; undefined: the nearest one
 */
export async function findInstances(types: TypesInput, out: string, project?: string): Promise<Instances> {
  const classes = new Map(Object.entries(types).flatMap(([type, input]) => classNameOf(type, input)));
  if (classes.size === 0) return { types: new Map(), notes: [] };
  const ts = await loadTypeScript(process.cwd());
  if (ts === undefined) return { types: new Map(), notes: [noTypeScript] };
  const sources = findSourceFiles(ts, process.cwd(), project);
  if (sources === undefined) return { types: new Map(), notes: [noTsconfig] };
  const found = exportedClasses(ts, sources.files, [...new Set(classes.values())]);
  const instances = new Map<string, string>();
  const notes: string[] = [];
  for (const [type, name] of classes) {
    const all = found.get(name)!;
    const places = name === anonymous ? all.filter(({ file }) => isNamedAfter(file, type)) : all;
    const [place] = places;
    if (place !== undefined && places.length === 1) {
      const exported = `import('${moduleFor(place.file, out)}').${place.name}`;
      instances.set(type, place.isType ? exported : `InstanceType<typeof ${exported}>`);
    } else
      notes.push(
        noteFor(
          type,
          name,
          places.map(({ file }) => relative(process.cwd(), file)),
        ),
      );
  }
  return { types: instances, notes };
}

/** Returns the note that the compiler does not read the generated file; undefined if it does. */
export async function findUnreadFile(out: string, project?: string): Promise<string | undefined> {
  const ts = await loadTypeScript(process.cwd());
  const sources = ts && findSourceFiles(ts, process.cwd(), project);
  if (sources === undefined) return undefined;
  const isRead = sources.files.some((file) => resolve(file) === resolve(out));
  return isRead
    ? undefined
    : `${relative(process.cwd(), sources.tsconfig)} does not include ${out}, so the compiler does not read it; add it to \`include\`, or write it to another folder with --out`;
}

function classNameOf(type: string, input: TypesInput[string]): [type: string, name: string][] {
  const found = typeof input === 'function' ? input : input.class;
  return found === undefined || found.name === '' ? [] : [[type, found.name]];
}

/** Returns whether a file has the name of a type: `src/note-list.ts` for `NoteList`. */
function isNamedAfter(file: string, type: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return plain(basename(file).replace(/\.[cm]?tsx?$/, '')) === plain(type);
}

/** Returns the path that an import names: with the ending of the file that the compiler writes. */
function moduleFor(file: string, out: string): string {
  const path = relative(dirname(resolve(out)), file).replaceAll('\\', '/');
  const module = path.replace(/\.([cm]?)tsx?$/, '.$1js');
  return module.startsWith('.') ? module : `./${module}`;
}

const noTypeScript =
  'typescript is not installed, so the instances of classes have no types; tag them with `typed`, or install typescript';
const noTsconfig =
  'there is no tsconfig.json, so the instances of classes have no types; name one with --project';

const noteFor = (type: string, name: string, files: readonly string[]): string =>
  name === anonymous
    ? `no file with the name of ${type} exports a class without a name as default, so instances of ${type} have no type; give the class a name`
    : files.length === 0
      ? `no file exports a class ${name} with members, so instances of ${type} have no type; export it, or tag them with \`typed\``
      : `several files export a class ${name} (${files.join(', ')}), so instances of ${type} have no type; rename one, or tag them with \`typed\``;
