import { manifest } from '../manifest.js';

const address = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** The address of the repository; undefined as long as it has no public home, because its links would lead nowhere. */
const repository = /\/OWNER\b/.test(address) ? undefined : address;

/** Returns the address of a page of the documentation, such as `reference/codes.md`. */
export const docsUrl = (page: string): string | undefined =>
  repository && `${repository}/blob/main/docs/${page}`;

/** Returns the address of the description of a code. */
export const codeUrl = (code: string): string | undefined =>
  docsUrl(`reference/codes.md#${code.toLowerCase()}`);
