import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compilePolicy, type CompileOptions } from '@nanook/core/compile';
import { build, type Metafile } from 'esbuild';
import { rbacPolicy } from './scenarios/rbac/policy.ts';
import { itemClasses, User } from './scenarios/rbac/world.ts';
import { sizeOf, type BundleSize } from './size-of.ts';

const source = fileURLToPath(new URL('.', import.meta.url));

const application = `
  import { CompiledAuthorizer } from '@nanook/core/compiled';
  import policy from 'policy';
  export const load = (types) => CompiledAuthorizer.load(policy, { types });
`;

/** Returns the policy that the quick start of the README shows. */
function policyOfReadme(): string {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  return /```polar\n# file: policy\.polar\n(.*?)```/s.exec(readme)![1]!;
}

/** Measures applications with a policy that was compiled ahead of time, and the entry for such policies without a policy. */
export const compiledSizes = (): Promise<BundleSize[]> =>
  Promise.all([
    startOf('the quick start of the README, compiled ahead of time', {
      policies: policyOfReadme(),
      types: {
        User: { fields: { name: 'String' } },
        Note: { fields: { id: 'Integer', owner: 'String', isPublic: 'Boolean', text: 'String' } },
      },
    }),
    startOf('the policy of S1, compiled ahead of time', {
      policies: rbacPolicy('user.roles'),
      types: { User, ...itemClasses },
    }),
    startOf('@nanook/core/compiled, at the start'),
  ]);

/**
 * Measures an application, bundled with code splitting: the files that it loads at the start.
 *
 * @param options its policy; without one, the application exports the whole entry for such policies
 */
async function startOf(what: string, options?: CompileOptions): Promise<BundleSize> {
  const policy = options === undefined ? '' : await compilePolicy(options);
  const contents = options === undefined ? "export * from '@nanook/core/compiled';" : application;
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: source, loader: 'js' },
    plugins: [
      {
        name: 'policy',
        setup(bundler) {
          bundler.onResolve({ filter: /^policy$/ }, () => ({ path: 'policy.js', namespace: 'policy' }));
          bundler.onLoad({ filter: /.*/, namespace: 'policy' }, () => ({
            contents: policy,
            resolveDir: source,
          }));
        },
      },
    ],
    bundle: true,
    minify: true,
    splitting: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    outdir: source,
    logLevel: 'error',
  });
  const names = filesAtStart(metafile);
  const sizes = outputFiles
    .filter(({ path }) => names.has(basename(path)))
    .map(({ contents }) => sizeOf(contents));
  const sum = (of: 'minified' | 'gzip') => sizes.reduce((total, size) => total + size[of], 0);
  return { what, minified: sum('minified'), gzip: sum('gzip') };
}

/** Returns the names of the files that the first one imports, and not on demand. */
function filesAtStart({ outputs }: Metafile): ReadonlySet<string> {
  const found = new Set(Object.keys(outputs).filter((file) => outputs[file]!.entryPoint === '<stdin>'));
  for (const file of found)
    for (const { path, kind } of outputs[file]!.imports) if (kind === 'import-statement') found.add(path);
  return new Set([...found].map((file) => basename(file)));
}
