import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';
import { isolatedTests } from './isolated-tests.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: {
      name: 'koa-isolated',
      include: isolatedTests,
      isolate: true,
    },
  }),
);
