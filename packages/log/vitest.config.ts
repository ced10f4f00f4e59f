import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'log',
      include: ['src/**/*.test.ts'],
      // Databases and processes start in them.
      testTimeout: 30_000,
    },
  }),
);
