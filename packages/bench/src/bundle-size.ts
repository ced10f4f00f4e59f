import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { compiledSizes } from './compiled-size.ts';
import { otherBuild } from './libraries/nanook.ts';
import { folderOf } from './machine.ts';
import { sizeOf, type BundleSize } from './size-of.ts';
import { startSizes } from './start-size.ts';

const require = createRequire(import.meta.url);

async function bundle(
  what: string,
  contents: string,
  platform: 'node' | 'browser',
  external: string[] = [],
): Promise<BundleSize> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('.', import.meta.url).pathname, loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform,
    external,
    target: 'es2022',
    logLevel: 'error',
  });
  return { what, ...sizeOf(outputFiles[0]!.contents) };
}

/** Adds the WebAssembly file of a package to the size of its JavaScript. */
function withWasm(size: BundleSize, file: string): BundleSize {
  return {
    what: size.what,
    minified: size.minified + statSync(file).size,
    gzip: size.gzip + gzipSync(readFileSync(file), { level: 9 }).byteLength,
  };
}

const whole = (name: string) => `export * from ${JSON.stringify(name)};`;

/** Measures the entry for policies that were compiled ahead of time, in one file with the code that it loads on demand. */
export const compiledSize = (): Promise<BundleSize> =>
  bundle('@nanook/core/compiled, with what it loads on demand', whole('@nanook/core/compiled'), 'browser');

/** Measures the client of permissions in a page, and the package for React without React. */
export const clientSizes = async (): Promise<BundleSize[]> => [
  await bundle('@nanook/client', whole('@nanook/client'), 'browser'),
  await bundle('@nanook/react, with its client', whole('@nanook/react'), 'browser', ['react']),
];

/** Measures all exports of the main entry outside Node, in one file with the code that it loads on demand. */
export const wholeSize = (): Promise<BundleSize> =>
  bundle('@nanook/core, without Node', whole('@nanook/core'), 'browser');

/** Measures what applications load at the start, and each entry point with all its exports and their dependencies. */
export async function bundleSizes(): Promise<BundleSize[]> {
  const wasmOf = (name: string, file: string) => join(folderOf(name), file);
  if (otherBuild !== undefined)
    return [await bundle('the other build, under Node', whole(fileURLToPath(otherBuild)), 'node')];
  return [
    ...(await startSizes()),
    await wholeSize(),
    await bundle('@nanook/core, under Node', whole('@nanook/core'), 'node'),
    ...(await compiledSizes()),
    await compiledSize(),
    await bundle('@nanook/core/syntax', whole('@nanook/core/syntax'), 'browser'),
    await bundle('@casl/ability', whole('@casl/ability'), 'browser'),
    await bundle('casbin', whole('casbin'), 'node'),
    await bundle('accesscontrol', whole('accesscontrol'), 'node'),
    withWasm(
      await bundle(
        'oso, with its WebAssembly',
        `export * from ${JSON.stringify(require.resolve('oso'))};`,
        'node',
      ),
      wasmOf('oso', 'dist/src/polar_wasm_api_bg.wasm'),
    ),
    withWasm(
      await bundle(
        '@cedar-policy/cedar-wasm, with its WebAssembly',
        whole('@cedar-policy/cedar-wasm/nodejs'),
        'node',
      ),
      wasmOf('@cedar-policy/cedar-wasm', 'nodejs/cedar_wasm_bg.wasm'),
    ),
  ];
}
