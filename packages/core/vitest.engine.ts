import { configDefaults, defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';
import { finalCodeTests } from './isolated-tests.ts';

/** Configures a project that repeats the tests of the language on another engine. By default, authorizers use compiled source. */
export const onEngine = (engine: 'machine' | 'closures') =>
  mergeConfig(
    shared,
    defineProject({
      test: {
        name: engine,
        include: [
          'src/authorization/*.test.ts',
          'src/policy/check-policy.test.ts',
          'src/engine/*.test.ts',
          'src/host/*.test.ts',
        ],
        // These compare the engines themselves.
        exclude: [...configDefaults.exclude, ...finalCodeTests],
        setupFiles: ['./src/node/compiled.ts', './vitest.engine-setup.ts'],
        env: { NANOOK_TEST_ENGINE: engine },
      },
    }),
  );
