import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { docPage, type DocPage } from './doc-page.ts';

const index = 'api/README.md';

/**
 * Reads the reference of the public API, which tools/reference.mjs writes: one page for each entry of a package, and for each
 * export. Returns no pages if the folder does not exist.
 */
export function apiPages(folder: string): readonly DocPage[] {
  if (!existsSync(folder)) return [];
  const files = globSync('**/*.md', { cwd: folder }).map((file) => file.replaceAll('\\', '/'));
  const pageOf = pageFiles(files);
  const entries = files.filter((file) => file.endsWith('/README.md') && pageOf.get(file) !== index);
  const list = entries.map((file) => `- [${entryName(file)}](${posix.relative('api', pageOf.get(file)!)})`);
  const overview = `# API\n\nThe exports of all packages, from their docstrings.\n\n${list.toSorted().join('\n')}\n`;
  const pages = files
    .filter((file) => pageOf.get(file) !== index)
    .map((file) => {
      const page = pageOf.get(file)!;
      return docPage(page, page, withLinks(readFileSync(posix.join(folder, file), 'utf8'), file, pageOf));
    });
  return [docPage(index, index, overview), ...pages].map((page) => ({ ...page, editPath: undefined }));
}

const entryName = (file: string): string =>
  file.replace(/^@nanook\/[\w-]+\/(?=@nanook)/, '').replace('/README.md', '');

/**
 * Returns the files of the pages on the site, in lower case as Starlight needs them. TypeDoc writes the folder `@nanook/core/@nanook/core/syntax` for an
 * entry of a package with several entries, and `@nanook/express` for the only entry of a package. The first page replaces the lists of entries.
 */
function pageFiles(files: readonly string[]): ReadonlyMap<string, string> {
  const withSeveral = new Set(files.flatMap((file) => /^@nanook\/([\w-]+)\/@nanook\//.exec(file)?.[1] ?? []));
  return new Map(
    files.map((file) => {
      const [, name, path] = /^@nanook\/([\w-]+)\/(.+)$/.exec(file) ?? [];
      if (name === undefined || path === undefined || (withSeveral.has(name) && path === 'README.md'))
        return [file, index];
      const inner = path.replace(`@nanook/${name}/`, '');
      return [file, `api/${name}/${inner.toLowerCase().replace('readme.md', 'README.md')}`];
    }),
  );
}

/** Makes the links of a page relative to its file on the site. */
const withLinks = (markdown: string, file: string, pageOf: ReadonlyMap<string, string>): string =>
  markdown.replace(/\]\(([^)#\s:]+\.md)(#[^)\s]*)?\)/g, (link, target: string, anchor = '') => {
    const linked = pageOf.get(posix.join(posix.dirname(file), target));
    if (linked === undefined) return link;
    return `](${posix.relative(posix.dirname(pageOf.get(file)!), linked)}${String(anchor)})`;
  });
