import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { runsAll } from '../../../../tools/test-scope.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it.runIf(runsAll)('the types of the package compile with the types of Koa 2', { timeout: 60_000 }, () => {
  const configFile = at('../../tsconfig.test.json');
  const { config } = ts.readConfigFile(configFile, (file) => ts.sys.readFile(file));
  // With the name of the file, packages are found from its folder, and not from the working directory.
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, at('../..'), {}, configFile);
  const koa2 = at('../../node_modules/@types/koa2/index.d.ts');
  const program = ts.createProgram(fileNames, { ...options, paths: { koa: [koa2] } });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  expect(wrong).toEqual([]);
  const koaSources = program
    .getSourceFiles()
    .filter(({ fileName }) => /@types\/koa\d?\/index\.d\.ts$/.test(fileName));
  expect(koaSources.map(({ text }) => text.includes('back(alt?: string): void'))).toEqual([false]); // Koa 3 has it
});
