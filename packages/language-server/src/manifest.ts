import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly homepage: string;
};

export const { version } = manifest;

/** The address of the guide. */
export const guideUrl = `${manifest.homepage}guides/editors/`;

/** Returns the address of the page about a code. */
export const codeUrl = (code: string): string => `${manifest.homepage}reference/codes/${code.toLowerCase()}/`;
