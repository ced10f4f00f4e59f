import { globSync, readFileSync } from 'node:fs';
import { apiPages } from './api-pages.ts';
import { codePages } from './code-pages.ts';
import { docPage, type DocPage } from './doc-page.ts';
import { root } from './root.ts';

const docs = `${root}docs/`;

/**
 * Returns the pages of docs/, with one page for each code, and those of the API.
 *
 * @param api the folder with the reference of the API, which may be missing
 */
export function docPages(api: string): readonly DocPage[] {
  const files = globSync('**/*.md', { cwd: docs }).map((file) => file.replaceAll('\\', '/'));
  const pages = files.toSorted().flatMap((file) => {
    const markdown = readFileSync(docs + file, 'utf8');
    return file === 'reference/codes.md' ? codePages(markdown) : [docPage(file, file, markdown)];
  });
  return [...pages, ...apiPages(api)];
}
