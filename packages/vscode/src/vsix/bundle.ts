import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile } from 'esbuild';

const packages = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages that the server imports on demand, and only for commands that it does not run. Of these, the VSIX contains `jiti`. */
const onDemand = ['jiti', 'typescript', 'chokidar', '@nanook/express', '@nanook/koa', '@nanook/nestjs'];

const common = {
  bundle: true,
  platform: 'node',
  // Visual Studio Code 1.101 has Node.js 22.15.
  target: 'node22',
  conditions: ['@nanook/source'],
  absWorkingDir: packages,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'error',
} as const satisfies BuildOptions;

/** Bundles the extension, which the editor loads, into a folder. Returns the paths of the files in the bundle. */
export async function bundleExtension(folder: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...common,
    entryPoints: { extension: join(packages, 'vscode/src/extension/extension.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    external: ['vscode'],
  });
  requireOnlyNode(metafile, ['vscode']);
  return inputsOf(metafile);
}

/** Bundles the language server into a folder. Its program is `bin.mjs`, and the process that reads a configuration is next to it. */
export async function bundleServer(folder: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...common,
    entryPoints: {
      bin: join(packages, 'language-server/src/bin.ts'),
      'config-child': join(packages, 'language-server/src/project/config-child.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    format: 'esm',
    external: onDemand,
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  });
  requireOnlyNode(metafile, []);
  return inputsOf(metafile);
}

const inputsOf = ({ inputs }: Metafile): string[] =>
  Object.keys(inputs).map((path) => resolve(packages, path));

/** @throws {Error} for a bundle that needs another package at its start */
function requireOnlyNode({ outputs }: Metafile, provided: readonly string[]): void {
  for (const [file, { imports }] of Object.entries(outputs))
    for (const { path, kind, external } of imports)
      if (external === true && kind !== 'dynamic-import' && !isBuiltin(path) && !provided.includes(path))
        throw new Error(`${file}: expected no import of a package, found ${path}; bundle it`);
}
