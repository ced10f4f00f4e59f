import { configDefaults, defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'frameworks',
      include: ['src/**/*.test.ts'],
      exclude: [...configDefaults.exclude, 'src/packages/**'],
    },
  }),
);
