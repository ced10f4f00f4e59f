import cli from '../../../cli/package.json' with { type: 'json' };

/** The address of the site, from the manifests of the packages. */
export const site = new URL(cli.homepage);

/** The path below which the site is served, with `/` at its end. */
export const base = site.pathname;

/** The address of the repository. */
export const repository = cli.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** Returns the address of a file or a folder of the repository. */
export const sourceUrl = (path: string, isFolder = false): string =>
  `${repository}/${isFolder ? 'tree' : 'blob'}/main/${path}`;

/** Returns whether a page of the site, `api/core/interfaces/query`, belongs to the reference of the API. */
export const isApiPage = (id: string): boolean => /^api(\/|$)/.test(id);
