import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'nestjs',
      include: ['src/**/*.test.ts'],
      // Decorators register classes in the module of the package.
      isolate: true,
    },
  }),
);
