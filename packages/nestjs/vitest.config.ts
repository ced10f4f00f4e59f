import { configDefaults, defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';
import { isolatedTests } from './isolated-tests.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'nestjs',
      include: ['src/**/*.test.ts'],
      restoreMocks: true,
      unstubEnvs: true,
      exclude: [...configDefaults.exclude, ...isolatedTests],
    },
  }),
);
