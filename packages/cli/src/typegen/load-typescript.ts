import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type TypeScript from 'typescript';

export type TypeScriptModule = typeof TypeScript;

/** Returns the TypeScript of the project, or the nearest one; undefined if there is none, or one without this interface. */
export async function loadTypeScript(folder: string): Promise<TypeScriptModule | undefined> {
  for (const place of [join(folder, 'package.json'), import.meta.url]) {
    try {
      const file = createRequire(place).resolve('typescript');
      const { default: found } = (await import(pathToFileURL(file).href)) as { default?: TypeScriptModule };
      if (typeof found?.createProgram === 'function') return found;
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}
