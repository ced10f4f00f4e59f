import { defineConfig } from 'tsdown';

// Node takes types away by itself, but it does not run decorators.
export default defineConfig({
  entry: { demo: 'src/demo.ts' },
  format: 'esm',
  platform: 'node',
  sourcemap: true,
});
