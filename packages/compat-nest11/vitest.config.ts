import { createRequire } from 'node:module';
import { defineProject, mergeConfig } from 'vitest/config';
import { shared } from '../../vitest.shared.ts';

// Runs the sources and tests of @nanook/nestjs with the other major version of Nest: all imports of Nest lead to this package's.
const require = createRequire(import.meta.url);
const pinned = /^(@nestjs\/|reflect-metadata$|rxjs($|\/))/;

export default mergeConfig(
  shared,
  defineProject({
    plugins: [
      {
        name: 'pin-nest-11',
        enforce: 'pre',
        resolveId: (id: string) => (pinned.test(id) ? { id: require.resolve(id), external: true } : null),
      },
    ],
    test: {
      name: 'nest@11',
      // Some of the files register types, which all applications of a process share.
      isolate: true,
      restoreMocks: true,
      unstubEnvs: true,
      include: ['../nestjs/src/**/*.test.ts', '../frameworks/src/nest/**/*.test.ts', 'src/**/*.test.ts'],
    },
  }),
);
