import { defineConfig } from 'tsdown';

// The command runs as ES modules only.
export default defineConfig({
  entry: {
    bin: 'src/bin.ts',
    index: 'src/index.ts',
    project: 'src/project.ts',
    tools: 'src/tools.ts',
    'mutation-worker': 'src/mutation/worker.ts',
  },
  format: ['esm'],
  platform: 'node',
  target: 'node20.19',
  fixedExtension: true,
  dts: { entry: ['src/index.ts', 'src/project.ts', 'src/tools.ts'] },
  sourcemap: true,
  // The build of the playground writes dist/explorer.
  clean: ['dist/*.*'],
  checks: { bundlerTimings: false },
});
