import { defineConfig, type Rolldown } from 'tsdown';

type FileNames = NonNullable<Rolldown.OutputOptions['chunkFileNames']>;

/** Returns a function that names files. It leaves out the names of the entries of a group, because there can be twenty. */
const withoutEntries =
  (fileNames: FileNames = '[name]-[hash].js'): FileNames =>
  (chunk) => {
    const name = chunk.name.split('~')[0]!;
    return (typeof fileNames === 'string' ? fileNames : fileNames({ ...chunk, name })).replace(
      '[name]',
      name,
    );
  };

/** Numbers the files of a group in the CommonJS build, which repeats the names of their entries at each use. */
const shortVariables: Rolldown.Plugin = {
  name: 'short-variables',
  renderChunk(code) {
    const numbers = new Map<string, number>();
    return code.replaceAll(/\brequire_(\w+_node_\w+)/g, (variable) => {
      if (!numbers.has(variable)) numbers.set(variable, numbers.size);
      return `require_${numbers.get(variable)}`;
    });
  },
};

/**
 * Builds a published library as ES modules and as CommonJS, each with types. Dependencies are not bundled. The code keeps its names, and the
 * package contains its sources with their comments, so that source maps, which were half of the package, are not needed.
 *
 * @param groups modules that applications load at the same moment. They share a file, because each file is compressed on its own
 */
export const library = (entry: Record<string, string>, groups: readonly Rolldown.CodeSplittingGroup[] = []) =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node20.19',
    fixedExtension: true,
    dts: true,
    plugins: [shortVariables],
    outputOptions: (options, format, { cjsDts }) => ({
      ...options,
      chunkFileNames: withoutEntries(options.chunkFileNames),
      codeSplitting: { groups: [...groups] },
      // The CommonJS build loads optional peers with require, because Jest does not support import() there.
      dynamicImportInCjs: false,
      // The same comments are in the sources, and in the types that editors read.
      ...(!cjsDts && { comments: { jsdoc: false } }),
    }),
    // The CommonJS build is intended: Jest needs it on the supported versions of Node.
    checks: { legacyCjs: false, bundlerTimings: false },
  });
