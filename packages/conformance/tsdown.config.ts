import { defineConfig } from 'tsdown';

/** `dist/engine.js`: the engine behind one small door, for any runner that starts plain Node. */
export default defineConfig({
  entry: { engine: 'src/engine.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  fixedExtension: false,
  dts: true,
  sourcemap: true,
});
