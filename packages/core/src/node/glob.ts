import { join, normalize, parse, resolve, sep } from 'node:path';
import { readFolder, realPathOf, statOf, type Reading } from './file-reads.js';
import { fileSystem } from './file-system.js';

// Node has a glob since version 22, and the libraries also run on Node 20.

const hasWildcard = (text: string): boolean => /[*?[]/.test(text);

/** Returns whether a path is a pattern. A path of an existing file, such as `app/[id]/a.polar`, is not one. */
export const isGlob = (path: string): boolean => /[*?{[]/.test(path) && !fileSystem().existsSync(path);

/** Returns the folders in which a change can change the matches of a pattern: each is its path up to the first wildcard. */
export const basesOf = (pattern: string): readonly string[] =>
  expandBraces(pattern).map((each) => {
    const { base, segments } = split(each);
    const fixed = segments.slice(0, -1);
    const first = fixed.findIndex(hasWildcard);
    return join(base, ...(first === -1 ? fixed : fixed.slice(0, first)));
  });

/**
 * Lists the files that a pattern matches, sorted by path, each once.
 *
 * `*`, `?` and `[ab]` match within a name, `**` matches any number of folders, and `{a,b}` matches one of the alternatives. A name
 * that equals its part of the pattern matches too, so that a folder may be called `[app]`. Links to folders are followed, and a file that
 * they lead to is listed once.
 * Wildcards skip `node_modules` and hidden folders.
 */
export function* glob(pattern: string): Reading<string[]> {
  const found = new Set<string>();
  for (const each of expandBraces(pattern)) {
    const { base, segments } = split(each);
    yield* collect(base, segments, [], found);
  }
  return yield* eachOnce([...found].sort((a, b) => (a < b ? -1 : 1)));
}

/** Removes the further paths of a file that is found under several, because a link leads to it. A path without a link is kept. */
function* eachOnce(paths: readonly string[]): Reading<string[]> {
  const reals: string[] = [];
  for (const path of paths) reals.push((yield* realPathOf(path)) ?? path);
  const kept = new Map<string, string>();
  paths.forEach((path, i) => {
    const real = reals[i]!;
    if (!kept.has(real) || resolve(path) === real) kept.set(real, path);
  });
  return paths.filter((path, i) => kept.get(reals[i]!) === path);
}

/** Splits a pattern into the root or the working folder, and the segments below it. */
function split(pattern: string): { readonly base: string; readonly segments: readonly string[] } {
  const path = normalize(pattern);
  const { root } = parse(path);
  return { base: root === '' ? '.' : root, segments: path.slice(root.length).split(sep) };
}

/** @param above the real paths of the folders that `**` has entered, so that a link to one of them is not followed in a circle */
function* collect(
  folder: string,
  [segment = '', ...below]: readonly string[],
  above: readonly string[],
  found: Set<string>,
): Reading<void> {
  if (segment === '**') return yield* collectAcross(folder, below, above, found);
  if (below.length > 0 && !hasWildcard(segment))
    return yield* collect(join(folder, segment), below, [], found);
  const matches = segmentToRegExp(segment);
  for (const { name, isFolder } of yield* entriesOf(folder)) {
    if (name !== segment && !matches.test(name)) continue;
    const path = join(folder, name);
    if (below.length === 0) {
      if (!isFolder) found.add(path);
    } else if (isFolder && (name === segment || isEntered(name))) yield* collect(path, below, [], found);
  }
}

function* collectAcross(
  folder: string,
  below: readonly string[],
  above: readonly string[],
  found: Set<string>,
): Reading<void> {
  const real = yield* realPathOf(folder);
  if (real === undefined || above.includes(real)) return;
  // `a/**` alone matches the files at every depth.
  yield* collect(folder, below.length === 0 ? ['*'] : below, above, found);
  for (const { name, isFolder } of yield* entriesOf(folder))
    if (isFolder && isEntered(name)) yield* collectAcross(join(folder, name), below, [...above, real], found);
}

const isEntered = (folder: string): boolean => folder !== 'node_modules' && !folder.startsWith('.');

/** Returns the entries of a folder; `[]` when it cannot be read. A link counts as the file or folder to which it points. */
function* entriesOf(
  folder: string,
): Reading<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  const entries: { name: string; isFolder: boolean }[] = [];
  for (const entry of yield* readFolder(folder)) {
    const { name } = entry;
    const target = entry.isSymbolicLink() ? yield* statOf(join(folder, name)) : entry;
    entries.push({ name, isFolder: target?.isDirectory() === true });
  }
  return entries;
}

/** Expands braces: `a/{b,c}.polar` becomes `a/b.polar` and `a/c.polar`. Braces without a comma are plain text. */
export function expandBraces(pattern: string): readonly string[] {
  const group = /\{([^{}]*,[^{}]*)\}/.exec(pattern);
  if (group === null) return [pattern];
  const [whole, alternatives] = group;
  const before = pattern.slice(0, group.index);
  const after = pattern.slice(group.index + whole.length);
  const expanded = alternatives!.split(',').flatMap((each) => expandBraces(before + each + after));
  return [...new Set(expanded)];
}

/** Converts the part of a pattern between two slashes. An invalid set, such as `[z-a]`, matches nothing. */
export function segmentToRegExp(segment: string): RegExp {
  const source = segment.replace(
    /\*+|\?|\[(!?)([^\]]+)\]|[\\^$.|+(){}[\]]/g,
    (text, negation: string | undefined, characters: string | undefined) => {
      if (text.startsWith('*')) return '.*';
      if (text === '?') return '.';
      if (characters === undefined) return `\\${text}`;
      return `[${negation === '' ? '' : '^'}${characters.replace(/[\\^[\]]/g, '\\$&')}]`;
    },
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return /(?!)/;
  }
}
