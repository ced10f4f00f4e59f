import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { preProcessFile } from 'typescript';
import { expect, it } from 'vitest';

const src = import.meta.dirname;

/** Returns the imports of other packages that a file and its own imports have at runtime. */
function foreignImports(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const code = readFileSync(file, 'utf8').replaceAll(/^(?:import|export) type [^;]*;/gm, '');
  return preProcessFile(code).importedFiles.flatMap(({ fileName }) =>
    fileName.startsWith('.')
      ? foreignImports(join(file, '..', fileName.replace(/\.js$/, '.ts')), seen)
      : [fileName],
  );
}

it('@nanook/cli/tools imports only packages without Node.js, so that a page can load it', () => {
  const found = foreignImports(join(src, 'tools.ts'));
  expect(found).toContain('@nanook/core');
  // tools/boundaries.mjs checks that these import nothing of Node.js.
  expect(found.filter((name) => !/^@nanook\/(core|analysis)(\/|$)/.test(name))).toEqual([]);
  // The command itself reads files.
  expect(foreignImports(join(src, 'bin.ts'))).toContain('node:fs');
});
