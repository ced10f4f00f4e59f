import { defineConfig } from 'tsdown';

/**
 * Builds a published library as ES modules and as CommonJS, each with types. Dependencies are not bundled. The code keeps its names and
 * comments and the package contains its sources, so that source maps, which were half of the package, are not needed.
 */
export const library = (entry: Record<string, string>) =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node20.19',
    fixedExtension: true,
    dts: true,
    outputOptions: (options, format, { cjsDts }) => ({
      ...options,
      // The CommonJS build loads optional peers with require, because Jest does not support import() there.
      dynamicImportInCjs: false,
      // The same comments are in the ES modules, and in the types that editors read.
      ...(format === 'cjs' && !cjsDts && { comments: { jsdoc: false } }),
    }),
    // The CommonJS build is intended: Jest needs it on the supported versions of Node.
    checks: { legacyCjs: false, bundlerTimings: false },
  });
