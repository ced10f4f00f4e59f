import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { sizeOf, type BundleSize } from './size-of.ts';

const application = `
  import { Authorizer } from '@nanook/core';
  export const check = async (options, ...call) => (await Authorizer.load(options)).can(...call);
`;

class User {
  readonly name = 'ann';
}
class Note {
  readonly owner = 'ann';
}

/**
 * Measures an application that calls only `Authorizer.load` and `can`, bundled with code splitting: the files that it loads at the
 * start, and all files that it has loaded after the first check. It runs the application, as in production, and records the files.
 */
export async function startSizes(): Promise<readonly [start: BundleSize, checked: BundleSize]> {
  const folder = mkdtempSync(join(tmpdir(), 'nanook-size-'));
  try {
    await build({
      stdin: {
        contents: application,
        resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        loader: 'js',
      },
      bundle: true,
      minify: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      define: { 'process.env.NODE_ENV': '"production"' },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      logLevel: 'error',
    });
    const loaded = new Set<string>();
    const hooks = registerHooks({
      load(url, context, next) {
        if (url.includes(basename(folder))) loaded.add(fileURLToPath(url));
        return next(url, context);
      },
    });
    try {
      const bundled = (await import(pathToFileURL(join(folder, 'stdin.mjs')).href)) as {
        readonly check: (options: object, ...call: readonly unknown[]) => Promise<boolean>;
      };
      const start = totalOf('`Authorizer.load` and `can`, at the start', loaded);
      const policies = 'allow(user: User, "read", note: Note) if note.owner = user.name;';
      const isAllowed = await bundled.check(
        { policies, types: { User, Note } },
        new User(),
        'read',
        new Note(),
      );
      if (!isAllowed) throw new Error('the bundled application refused a check that the policy allows');
      return [start, totalOf('`Authorizer.load` and `can`, after the first check', loaded)];
    } finally {
      hooks.deregister();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each file is compressed on its own, as a server sends it. */
function totalOf(what: string, files: Iterable<string>): BundleSize {
  const sizes = [...files].map((file) => sizeOf(readFileSync(file)));
  const sum = (of: 'minified' | 'gzip') => sizes.reduce((total, size) => total + size[of], 0);
  return { what, minified: sum('minified'), gzip: sum('gzip') };
}
