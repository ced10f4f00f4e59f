import ts from 'typescript';

/** The modules that the examples import, by the name in `import … from '…'`. */
export type Modules = Readonly<Record<string, object>>;

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...values: unknown[]) => Promise<unknown>;

/** An error or a warning with a code. */
export interface Coded {
  readonly code: string;
  readonly data: object;
}

/**
 * Runs an example of the documentation.
 *
 * @param names the values that the example uses without an import
 * @returns the error that it throws; undefined without an error
 * @throws errors without a code: the example itself is wrong
 */
export async function errorOfExample(
  example: string,
  names: Readonly<Record<string, unknown>>,
  modules: Modules = {},
): Promise<Coded | undefined> {
  const { outputText } = ts.transpileModule(withoutImports(example), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  const body = outputText.replace(/^export \{\};$/m, '');
  try {
    await new AsyncFunction('modules', ...Object.keys(names), body)(modules, ...Object.values(names));
  } catch (error) {
    if (typeof (error as Partial<Coded>).data !== 'object') throw error;
    return error as Coded;
  }
  return undefined;
}

/** A function cannot import: its imports become constants. */
const withoutImports = (example: string): string =>
  example
    .replaceAll(
      /^import (\{[^}]+\}) from ('[^']+');/gm,
      (_, names: string, from: string) => `const ${names.replaceAll(' as ', ': ')} = modules[${from}];`,
    )
    .replaceAll(/^import (\w+) from ('[^']+');/gm, 'const $1 = modules[$2].default;')
    .replaceAll(/\bimport\(('[^']+')\)/g, 'Promise.resolve(modules[$1])');
