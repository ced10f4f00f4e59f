import { defineConfig } from 'tsdown';

/** A published library: ES modules and CommonJS, each with its types. Dependencies and peers stay outside. */
export const library = (entry: Record<string, string>) =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node20.19',
    fixedExtension: true,
    dts: true,
    sourcemap: true,
    // A peer that is loaded late is required by the CommonJS copy: Jest knows no import() there.
    outputOptions: { dynamicImportInCjs: false },
    // CommonJS is meant: Jest needs it on the Node versions that we support.
    checks: { legacyCjs: false },
  });
