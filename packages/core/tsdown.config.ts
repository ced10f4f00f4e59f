import { library } from '../../tsdown.shared.ts';

export default library(
  {
    index: 'src/index.ts',
    node: 'src/node/index.ts',
    candidate: 'src/candidate/index.ts',
    compile: 'src/aot/compile.ts',
    'node-compile': 'src/node/compile.ts',
    compiled: 'src/aot/compiled.ts',
    'compiled-parts': 'src/aot/parts.ts',
    'node-compiled': 'src/node/compiled.ts',
    compat: 'src/compat/index.ts',
    internal: 'src/internal.ts',
    'node-internal': 'src/node/internal.ts',
    messages: 'src/aot/messages.ts',
    filter: 'src/filter/index.ts',
    debug: 'src/debug/index.ts',
    syntax: 'src/tooling/index.ts',
    testing: 'src/testing/index.ts',
    'node-testing': 'src/node/testing.ts',
  },
  // A group also contains the modules that its modules import, and that no group before it contains.
  [
    {
      name: 'shared',
      test: /(aot.(compiled|parts|later|messages)|(filter|tooling).index)\.ts$/,
      entriesAware: true,
      priority: 3,
    },
    { name: 'start', test: /src.index\.ts$/, priority: 2 },
    { name: 'check', test: /authorization.loader\.ts$/, priority: 1 },
  ],
);
