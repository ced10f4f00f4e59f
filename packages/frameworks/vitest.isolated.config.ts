import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// Some packages change the classes of Express and Koa, so each file has its modules to itself.
export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'frameworks-packages',
      include: ['src/packages/**/*.test.ts'],
      isolate: true,
      pool: 'forks',
    },
  }),
);
