import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const configNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (ending) => `nanook.config.${ending}`,
);

/** Returns the names of the configurations in a folder. More than one is a mistake, because only the first would be read. */
export const configsIn = (folder: string): readonly string[] =>
  configNames.filter((name) => existsSync(join(folder, name)));

/** Returns the path of the configuration in the folder or the nearest folder above it; undefined if there is none. */
export function findConfig(folder: string): string | undefined {
  const [found] = configsIn(folder);
  if (found !== undefined) return join(folder, found);
  const parent = dirname(folder);
  return parent === folder ? undefined : findConfig(parent);
}
