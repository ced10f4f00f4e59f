import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { sourceUrl } from './addresses.ts';
import { markdownFileOf, pathOf, type DocPage } from './doc-page.ts';
import { root } from './root.ts';

/** The form of the pages that links lead to. */
export type LinkForm = 'html' | 'markdown';

/** Rewrites the links of a text between fences. */
export const rewriteLinks = (text: string, page: DocPage, form: LinkForm): string =>
  text.replace(/\]\(([^)\s]+)\)/g, (_, target: string) => `](${rewriteLink(target, page, form)})`);

/**
 * Returns the target of a link on the site. A link to another page becomes relative to the address of this page. A link that leaves `docs/`
 * leads to the repository. A link to a code on the page of all codes leads to the page of this code.
 */
export function rewriteLink(target: string, page: DocPage, form: LinkForm): string {
  if (/^[a-z]+:|^#/.test(target) && !isCode(target, page)) return target;
  const [path = '', anchor = ''] = target.split('#');
  const file = path === '' ? page.origin : posix.join(posix.dirname(page.origin), path);
  if (file.startsWith('../')) {
    const source = file.slice('../'.length);
    const full = `${root}${source}`;
    if (!existsSync(full)) throw new Error(`docs/${page.origin}: the link ${target} leads to no file`);
    return `${sourceUrl(source, statSync(full).isDirectory())}${anchor && `#${anchor}`}`;
  }
  if (file === 'reference/codes.md' && isCodeAnchor(anchor))
    return relativeTo(page, `reference/codes/${anchor}.md`, form);
  return `${relativeTo(page, file, form)}${anchor && `#${anchor}`}`;
}

const isCodeAnchor = (anchor: string): boolean => /^(polar|nanook)_/.test(anchor);
const isCode = (target: string, page: DocPage): boolean =>
  target.startsWith('#') && page.origin === 'reference/codes.md' && isCodeAnchor(target.slice(1));

/** Returns the relative link from a page to another page, or to a picture next to its Markdown. */
function relativeTo(page: DocPage, file: string, form: LinkForm): string {
  const isPage = file.endsWith('.md');
  if (form === 'markdown')
    return posix.relative(posix.dirname(markdownFileOf(page.file)), isPage ? markdownFileOf(file) : file);
  return isPage
    ? `${posix.relative(pathOf(page.file), pathOf(file)) || '.'}/`
    : posix.relative(pathOf(page.file), file);
}
