import type { ViteUserConfig } from 'vitest/config';

/** What every package's vitest.config.ts starts from: packages of the workspace are run from their sources. */
export const shared = {
  resolve: { conditions: ['@nanook/source'] },
  ssr: { resolve: { conditions: ['@nanook/source'] } },
  // Nest's decorators, and the metadata from which it takes the types of constructor parameters.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
} satisfies ViteUserConfig;
