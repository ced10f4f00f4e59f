import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.config.ts',
      'packages/core/vitest.*.config.ts',
      'examples/*/vitest.config.ts',
    ],
    reporters: ['default', './tools/closing-line.ts'],
    coverage: { provider: 'v8', include: ['packages/*/src/**'], reporter: ['text-summary'] },
  },
});
