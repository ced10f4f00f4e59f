import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

/** Configures a project that repeats the tests of the language on another engine. By default, authorizers use compiled source. */
export const onEngine = (engine: 'machine' | 'closures') =>
  mergeConfig(
    shared,
    defineProject({
      test: {
        name: engine,
        // One of the files replaces a module.
        isolate: true,
        include: [
          'src/authorization/*.test.ts',
          'src/policy/check-policy.test.ts',
          'src/engine/*.test.ts',
          'src/host/*.test.ts',
        ],
        setupFiles: ['./src/node/compiled.ts', './vitest.engine-setup.ts'],
        env: { NANOOK_TEST_ENGINE: engine },
      },
    }),
  );
