import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const configNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (ending) => `nanook.config.${ending}`,
);

/** Returns the path of the configuration in the folder or the nearest folder above it; undefined if there is none. */
export function findConfig(folder: string): string | undefined {
  const found = configNames.map((name) => join(folder, name)).find((file) => existsSync(file));
  const parent = dirname(folder);
  return found ?? (parent === folder ? undefined : findConfig(parent));
}
