import type { ViteUserConfig } from 'vitest/config';

/** The common part of the Vitest configurations. Tests run the sources of the workspace packages. */
export const shared = {
  resolve: { conditions: ['@nanook/source'] },
  ssr: { resolve: { conditions: ['@nanook/source'] } },
  // For the decorators of Nest, which reads the types of constructor parameters from their metadata.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  // A test has no limit of time of its own: on a busy machine, or with coverage, it takes many times longer.
  test: { testTimeout: 120_000 },
} satisfies ViteUserConfig;
