import { defineConfig } from 'tsdown';

/** Bundles the engine as `dist/engine.js`, for the corpus runner on plain Node. */
export default defineConfig({
  entry: { engine: 'src/engine.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  dts: true,
  sourcemap: true,
});
