import { basename, dirname, join, normalize } from 'node:path';
import type { ParsedSource } from './parsed-source.js';
import { moduleNames } from './module-names.js';

/** The files of an application that provide an instance of `Oso` to other files. */
export interface Instances {
  /** Returns whether an import provides an instance. @param specifier the name of the module, such as `./oso.js` */
  readonly provides: (file: string, specifier: string) => boolean;
  /** The names of the variables that hold an instance where it is created. */
  readonly variables: ReadonlySet<string>;
}

/**
 * Finds the files that create an instance of `Oso` or a subclass of it, and those that export again what such a file exports.
 *
 * @param packages the folder of each package of the application, by the name of the package
 * @param isCreator returns whether a file creates one of the wanted instances
 */
export function findInstances(
  sources: readonly ParsedSource[],
  packages: ReadonlyMap<string, string>,
  isCreator: (source: ParsedSource) => boolean = createsInstance,
): Instances {
  const found = new Set(sources.filter(isCreator).flatMap(({ file }) => modulesOf(file)));
  const provides = (file: string, specifier: string): boolean => {
    if (specifier.startsWith('.')) return found.has(withoutExtension(join(dirname(file), specifier)));
    const inPackage = [...packages].find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
    if (inPackage !== undefined) return [...found].some((path) => isIn(path, inPackage[1]));
    // An alias, such as @/policy for src/policy.
    const path = withoutExtension(specifier.replace(/^[^/]*\//, ''));
    return specifier.includes('/') && [...found].some((module) => `/${module}`.endsWith(`/${path}`));
  };
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const source of sources)
      if (exportedModules(source).some((specifier) => isOso(specifier) || provides(source.file, specifier)))
        for (const module of modulesOf(source.file)) found.add(module);
  }
  return { provides, variables: new Set(sources.filter(isCreator).flatMap(variablesOf)) };
}

/** Returns whether a file creates an instance of `Oso`, or a subclass. */
const createsInstance = (source: ParsedSource): boolean =>
  classNames(source).some((name) => new RegExp(String.raw`\b(?:new|extends)\s+${name}\b`).test(source.text));

/** Returns the names of the variables of a file to which an instance is assigned. */
const variablesOf = (source: ParsedSource): string[] =>
  classNames(source).flatMap((name) =>
    [...source.text.matchAll(new RegExp(String.raw`([\w$]+)\s*(?::[^=;\n]+)?=\s*new\s+${name}\b`, 'g'))].map(
      ([, variable]) => variable!,
    ),
  );

/** Returns regular expressions for the names that a file has for the class `Oso`. */
function classNames({ text }: ParsedSource): string[] {
  if (!/['"`](?:@nanook\/)?oso['"`]/.test(text)) return [];
  const aliases = [...text.matchAll(/\bOso(?:\s+as\s+|\s*:\s*)([\w$]+)/g)].map(([, alias]) => alias!);
  return ['Oso', ...aliases].map((name) => String.raw`(?:[\w$]+\.)*${name.replaceAll('$', String.raw`\$`)}`);
}

const isOso = (specifier: string): boolean => specifier === 'oso' || specifier === '@nanook/oso';

const exportedModules = (source: ParsedSource): string[] =>
  moduleNames(source).flatMap(({ text, user }) => (user.type.startsWith('Export') ? [text] : []));

/** Returns the paths that name a file: without its extension, and its folder for an index file. */
const modulesOf = (file: string): string[] =>
  basename(file).startsWith('index.')
    ? [withoutExtension(file), normalize(dirname(file))]
    : [withoutExtension(file)];

const withoutExtension = (path: string): string => normalize(path).replace(/\.[cm]?[jt]sx?$/, '');

const isIn = (path: string, folder: string): boolean =>
  folder === '.' ? !path.startsWith('..') : path.startsWith(`${folder}/`);
