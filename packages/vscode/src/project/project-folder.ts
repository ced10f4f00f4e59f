import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Returns the folder of the configuration that a file belongs to: the nearest one above the file, as for the language server. Without a
 * configuration, it is the folder that the editor has open.
 */
export function projectFolder(file: string, openFolder: string): string {
  let folder = dirname(file);
  while (!hasConfig(folder)) {
    const parent = dirname(folder);
    if (parent === folder) return openFolder;
    folder = parent;
  }
  return folder;
}

const hasConfig = (folder: string): boolean => {
  try {
    return readdirSync(folder).some((name) => /^nanook\.config\.(?:ts|mts|js|mjs|cjs|json)$/.test(name));
  } catch {
    // A document that was never saved can be in a folder that does not exist.
    return false;
  }
};
