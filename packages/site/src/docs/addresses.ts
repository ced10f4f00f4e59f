import { readFileSync } from 'node:fs';

const file = new URL('../../../cli/package.json', import.meta.url);
const { homepage, repository: source } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly homepage: string;
  readonly repository: { readonly url: string };
};

/** The address of the site, from the manifests of the packages. */
export const site = new URL(homepage);

/** The path below which the site is served, with `/` at its end. */
export const base = site.pathname;

/** The address of the repository. */
export const repository = source.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** Returns the address of a file or a folder of the repository. */
export const sourceUrl = (path: string, isFolder = false): string =>
  `${repository}/${isFolder ? 'tree' : 'blob'}/main/${path}`;
