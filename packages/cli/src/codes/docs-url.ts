import { manifest } from '../manifest.js';

const repository = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

/** Returns the address of a page of the documentation, such as `reference/codes.md`. */
export const docsUrl = (page: string): string => `${repository}/blob/main/docs/${page}`;

/** Returns the address of the description of a code. */
export const codeUrl = (code: string): string => docsUrl(`reference/codes.md#${code.toLowerCase()}`);
