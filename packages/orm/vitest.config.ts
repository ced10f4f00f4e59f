import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'orm',
      include: ['src/**/*.test.ts'],
      // The libraries take longer to load than many files take to run. No file replaces a module.
      isolate: false,
      globalSetup: ['src/testing/prisma/generate.fixture.ts'],
    },
  }),
);
