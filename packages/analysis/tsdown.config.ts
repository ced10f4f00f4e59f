import { defineConfig } from 'tsdown';

// Editors and pages load it as ES modules only.
export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm'],
  platform: 'neutral',
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
  sourcemap: true,
  checks: { bundlerTimings: false },
});
