import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const cli = fileURLToPath(new URL('../../../cli/', import.meta.url));

/** Creates a project with these files, in which the command `nanook` is installed. It is built from the sources. */
export async function projectWithCommand(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nanook-project-'));
  const installed = join(folder, 'node_modules/@nanook/cli');
  await build({
    entryPoints: { bin: join(cli, 'src/bin.ts') },
    outdir: join(installed, 'dist'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@nanook/source'],
    external: ['jiti', 'typescript', '@nanook/express', '@nanook/koa', '@nanook/nestjs', '@nats-io/*', 'pg'],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    logLevel: 'error',
  });
  const manifest = {
    name: '@nanook/cli',
    type: 'module',
    version: '0.0.0',
    homepage: 'https://example.com/',
    bin: { nanook: './dist/bin.mjs' },
  };
  for (const [name, text] of Object.entries({
    ...files,
    'node_modules/@nanook/cli/package.json': JSON.stringify(manifest),
  })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
