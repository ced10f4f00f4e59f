import { defineConfig } from 'vitest/config';
import { projects, runsAll } from './tools/test-scope.ts';

export default defineConfig({
  test: {
    projects: [
      ...projects,
      // The type tests of all packages in one run of the compiler.
      ...(runsAll
        ? [
            {
              test: {
                name: 'types',
                include: [],
                typecheck: {
                  enabled: true,
                  only: true,
                  include: ['packages/*/src/**/*.test-d.ts'],
                  tsconfig: './tsconfig.test.json',
                },
              },
            },
          ]
        : []),
    ],
    reporters: ['default', './tools/closing-line.ts'],
    coverage: {
      provider: 'v8',
      // Relative to each project.
      include: ['src/**/*.ts'],
      exclude: ['**/*.{test,test-d,fixture}.ts'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      // They only rise: `pnpm coverage --coverage.thresholds.autoUpdate` writes the percentages that were reached.
      thresholds: { statements: 87, branches: 83, functions: 87, lines: 88 },
    },
  },
});
