import { library } from '../../tsdown.shared.ts';

export default library({
  index: 'src/index.ts',
  node: 'src/node/index.ts',
  compile: 'src/compile.ts',
  'node-compile': 'src/node/compile.ts',
  compiled: 'src/compiled/index.ts',
  syntax: 'src/syntax.ts',
  testing: 'src/testing/index.ts',
  'node-testing': 'src/node/testing.ts',
});
