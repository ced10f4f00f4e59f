import { defineConfig } from 'tsdown';

// CommonJS only, as oso: an application has one copy of each class, however its modules import it. ES modules import the names as well.
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    oso: 'src/oso.ts',
    polar: 'src/polar.ts',
    host: 'src/host.ts',
    variable: 'src/variable.ts',
    expression: 'src/expression.ts',
    predicate: 'src/predicate.ts',
    query: 'src/query.ts',
    pattern: 'src/pattern.ts',
    errors: 'src/errors.ts',
    filter: 'src/filter.ts',
    helpers: 'src/helpers.ts',
    types: 'src/types.ts',
    'type-orm-adapter': 'src/type-orm-adapter.ts',
    'polar-wasm-api': 'src/polar-wasm-api.ts',
    messages: 'src/messages.ts',
    bin: 'src/bin.ts',
  },
  format: ['cjs'],
  platform: 'node',
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
  sourcemap: true,
  checks: { legacyCjs: false, bundlerTimings: false },
});
