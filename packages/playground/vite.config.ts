import { defineConfig } from 'vite';

const explorer = {
  rollupOptions: { input: 'explorer.html' },
  // The command serves these files, and its package contains them.
  outDir: '../cli/dist/explorer',
  emptyOutDir: true,
  manifest: false,
};

// The page is a folder of static files with relative addresses, so that a site can have it below any path. With `--mode explorer`, it is the
// page of `nanook explore`, without samples and without PostgreSQL.
export default defineConfig(({ mode }) => ({
  base: './',
  resolve: { conditions: ['@nanook/source', 'module', 'browser', 'development|production'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // A list of files, in which tests find what a first visit loads.
    manifest: true,
    modulePreload: { polyfill: false },
    // PostgreSQL in the page is loaded on demand, and has no smaller parts.
    chunkSizeWarningLimit: 1_000,
    ...(mode === 'explorer' && explorer),
  },
}));
