import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the built site, with `/` at its end. */
export const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** Returns the built files with these ends, relative to the folder of the site. */
export const builtFiles = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: dist }).map((file) => file.replaceAll('\\', '/'));

export const readBuilt = (file: string): string => readFileSync(dist + file, 'utf8');
