import { readFileSync } from 'node:fs';

/** The package.json of this package. This file is in the folder `src`, and in a bundle in `dist`: both are next to it. */
export const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  /** The address of the documentation site, with `/` at its end. */
  readonly homepage: string;
};
