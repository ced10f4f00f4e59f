import { defineConfig } from 'tsdown';

// The server runs as ES modules only. It starts the child, which reads the configuration, from the file next to it.
export default defineConfig({
  entry: { bin: 'src/bin.ts', index: 'src/index.ts', 'config-child': 'src/project/config-child.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20.19',
  fixedExtension: true,
  dts: { entry: ['src/index.ts'] },
  sourcemap: true,
  checks: { bundlerTimings: false },
});
