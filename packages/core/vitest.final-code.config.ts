import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';
import { finalCodeTests } from './isolated-tests.ts';

export default mergeConfig(
  shared,
  defineProject({
    plugins: [
      {
        name: 'final-code',
        transform: (code, id) =>
          id.endsWith('/compiler/thresholds.ts') ? code.replace(/hotCalls = \d+/, 'hotCalls = 1') : undefined,
      },
    ],
    test: { name: 'core-final-code', setupFiles: ['src/node/compiled.ts'], include: finalCodeTests },
  }),
);
