import { configDefaults, defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';
import { finalCodeTests, isolatedTests } from './isolated-tests.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'core',
      setupFiles: ['src/node/compiled.ts'],
      include: ['src/**/*.test.ts'],
      exclude: [...configDefaults.exclude, ...isolatedTests, ...finalCodeTests],
    },
  }),
);
