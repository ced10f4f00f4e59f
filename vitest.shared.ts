import type { ViteUserConfig } from 'vitest/config';

/** The common part of the Vitest configurations. Tests run the sources of the workspace packages. */
export const shared = {
  plugins: [
    {
      // Tests expect that compiled code answers the first check, however slow the machine is.
      name: 'compiled-at-once',
      transform(code: string, id: string) {
        if (id.endsWith('/compiler/thresholds.ts'))
          return code.replace(/(maxPlanningMs|maxPlannedFunctions) = \d+/g, '$1 = Number.POSITIVE_INFINITY');
        if (id.endsWith('/authorization/deferred-policy.ts'))
          return code.replace(/(checksBeforeCompiler(: number)?) = \d+/, '$1 = 0');
        return undefined;
      },
    },
  ],
  resolve: { conditions: ['@nanook/source'] },
  ssr: { resolve: { conditions: ['@nanook/source'] } },
  // For the decorators of Nest, which reads the types of constructor parameters from their metadata.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    // A test has no limit of time of its own: on a busy machine, or with coverage, it takes many times longer.
    testTimeout: 120_000,
    // The files of a worker share their modules, because loading them takes as long as the tests of an average file. A file that replaces
    // modules or changes the process runs in a project `…-isolated`.
    isolate: false,
    // One for each core. The default leaves one core without tests, which on a machine with two cores doubles the time. A project does not
    // take this option from the configuration of the workspace.
    maxWorkers: '100%',
  },
} satisfies ViteUserConfig;
