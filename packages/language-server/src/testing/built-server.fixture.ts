import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = new URL('../../', import.meta.url);
const target = new URL('node_modules/.cache/test-server/', folder);
let built: Promise<string> | undefined;

/** Builds the server from the sources, and returns the path of its program. The published package has the same files. */
export function builtServer(): Promise<string> {
  built ??= buildServer();
  return built;
}

async function buildServer(): Promise<string> {
  const outdir = fileURLToPath(new URL(`${process.pid}/dist/`, target));
  await build({
    entryPoints: {
      bin: fileURLToPath(new URL('src/bin.ts', folder)),
      'config-child': fileURLToPath(new URL('src/project/config-child.ts', folder)),
    },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@nanook/source'],
    external: ['jiti', 'typescript', 'chokidar', '@nanook/express', '@nanook/koa', '@nanook/nestjs'],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    logLevel: 'error',
  });
  const { copyFile } = await import('node:fs/promises');
  await copyFile(new URL('package.json', folder), new URL(`${process.pid}/package.json`, target));
  process.once('exit', () => rmSync(new URL(`${process.pid}/`, target), { recursive: true, force: true }));
  return `${outdir}bin.mjs`;
}
