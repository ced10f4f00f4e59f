import { manifest } from '../manifest.js';

/** Returns the address of a page of the documentation site, such as `reference/authorizer`. */
export const docsUrl = (page: string): string => `${manifest.homepage}${page}/`;

/** Returns the address of the page about a code. */
export const codeUrl = (code: string): string => docsUrl(`reference/codes/${code.toLowerCase()}`);
