import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

export default mergeConfig(
  shared,
  defineProject({
    test: { name: 'gitclub-nestjs', include: ['src/**/*.test.ts'], isolate: true },
  }),
);
