import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'orm',
      include: ['src/**/*.test.ts'],
      globalSetup: ['src/testing/prisma/generate.fixture.ts'],
    },
  }),
);
