import { existsSync } from 'node:fs';
import { base, repository, site } from '../docs/addresses.ts';
import { root } from '../docs/root.ts';
import { builtFiles, dist, readBuilt } from './built-files.ts';

/** The pages of the playground are built by another package, which checks them. */
const isOurs = (file: string): boolean => !file.startsWith('playground/');

/** Returns the faults of the links of the built pages: pages, files and anchors that do not exist, also in the repository. */
export function brokenLinks(): readonly string[] {
  const files = new Set(builtFiles('**/*.*'));
  const pages = [...files].filter((file) => file.endsWith('.html') && isOurs(file));
  const texts = new Map(pages.map((file) => [file, withoutScripts(readBuilt(file))]));
  const anchors = new Map([...texts].map(([file, text]) => [file, anchorsOf(text)]));
  const faults: string[] = [];
  for (const [page, text] of texts) {
    const address = new URL(base + page.replace(/index\.html$/, ''), site);
    for (const target of new Set(linksOf(text))) {
      const fault = faultOf(target, address, files, anchors);
      if (fault !== undefined) faults.push(`${page}: ${target}: ${fault}`);
    }
  }
  return faults;
}

/** Returns the pages to which no links lead from the front page. */
export function unreachablePages(): readonly string[] {
  const pages = new Set(builtFiles('**/*.html').filter(isOurs));
  const queue = ['index.html'];
  const reached = new Set(queue);
  for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
    const address = new URL(base + page.replace(/index\.html$/, ''), site);
    for (const target of linksOf(withoutScripts(readBuilt(page)))) {
      const { pathname } = new URL(target, address);
      const file = `${pathname.slice(base.length)}index.html`;
      if (!pages.has(file) || reached.has(file)) continue;
      reached.add(file);
      queue.push(file);
    }
  }
  return [...pages].filter((page) => !reached.has(page) && page !== '404.html');
}

function faultOf(
  target: string,
  page: URL,
  files: ReadonlySet<string>,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const url = new URL(target, page);
  if (url.href.startsWith(repository)) return sourceFault(url.href.slice(repository.length));
  if (url.origin !== site.origin) return undefined;
  if (!url.pathname.startsWith(base)) return `expected a path below ${base}`;
  const path = decodeURIComponent(url.pathname.slice(base.length));
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  if (!files.has(file)) return 'no such page';
  const anchor = decodeURIComponent(url.hash.slice(1));
  const known = anchors.get(file);
  return anchor === '' || known === undefined || known.has(anchor) ? undefined : 'no such heading';
}

/** Checks a link to a file of the repository on its main branch. */
function sourceFault(path: string): string | undefined {
  const file = /^\/(?:blob|tree|edit)\/main\/([^#]+)/.exec(path)?.[1];
  return file === undefined || existsSync(root + file) ? undefined : 'no such file in the repository';
}

/** Returns a page without its scripts, which contain parts of HTML. */
const withoutScripts = (html: string): string => html.replaceAll(/<script\b[\s\S]*?<\/script>/g, '');

const linksOf = (html: string): readonly string[] =>
  // A canonical address is not a link, and the page 404 has none.
  [
    ...html.matchAll(
      /<(?:a|img|link(?! rel="canonical")|script|source|iframe)\b[^>]*?\s(?:href|src)="([^"]*)"/g,
    ),
  ]
    .map(([, target]) => target!.replaceAll('&#38;', '&').replaceAll('&amp;', '&'))
    .filter((target) => !target.startsWith('data:'));

const anchorsOf = (html: string): ReadonlySet<string> =>
  new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id!));

/** Returns the resources that a page would load from another host: styles, scripts, pictures, fonts and frames. */
export function foreignResources(): readonly string[] {
  const faults: string[] = [];
  const isForeign = (target: string) => /^(https?:)?\/\//.test(target) && !target.startsWith(site.origin);
  for (const file of builtFiles('**/*.{html,css,svg}').filter(isOurs)) {
    const text = readBuilt(file);
    const found = [
      ...text.matchAll(/<(?:script|img|source|iframe|video|audio|embed)\b[^>]*?\s(?:src|srcset)="([^"]+)"/g),
      ...text.matchAll(/<link\b(?![^>]*rel="(?:canonical|sitemap|alternate)")[^>]*?\shref="([^"]+)"/g),
      ...text.matchAll(/(?:url\(|@import )\s*['"]?([^'")\s]+)/g),
    ].map(([, target]) => target!);
    for (const target of found) if (isForeign(target)) faults.push(`${file}: ${target}`);
  }
  return faults;
}

/** Returns the addresses of codes, such as the command line prints, that lead to no page. */
export const missingPages = (addresses: readonly string[]): readonly string[] =>
  addresses.filter((address) => {
    const path = address.startsWith(site.href) ? address.slice(site.href.length) : undefined;
    return path === undefined || !existsSync(`${dist}${path}index.html`);
  });
