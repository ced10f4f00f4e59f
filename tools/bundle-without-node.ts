import { build, type Rolldown } from 'vite';

/**
 * Bundles an ES module for a platform without Node, as a script that sets the global `nanook`. A module of Node would stay an import.
 *
 * @param entry the source text of the module
 */
export async function bundleWithoutNode(entry: string): Promise<Rolldown.OutputChunk> {
  const [built] = (await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@nanook/source', 'browser'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith('virtual:entry') ? 'virtual:entry' : undefined), // Vite makes a path of it
        load: (id) => (id === 'virtual:entry' ? entry : undefined),
      },
      {
        name: 'keep-node',
        enforce: 'pre',
        resolveId: (id) => (id.startsWith('node:') ? { id, external: true } : undefined),
      },
    ],
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      lib: { entry: 'virtual:entry', formats: ['iife'], name: 'nanook', fileName: 'nanook' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  })) as readonly Rolldown.RolldownOutput[];
  return built!.output[0];
}
