// Builds the reference of the public API from its docstrings, as HTML in reference/, or with `--markdown <folder>` as the pages that the
// documentation site shows. A warning is an error: each type that a public signature names is exported or marked `@internal`, and each link
// has a target. `node tools/reference.mjs --check` writes nothing.
// The entries of @nanook/http are for the adapters, which export the public part of them again.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean' }, markdown: { type: 'string' } } });

/** The options for Markdown: one page for each entry of a package. */
const markdown = {
  plugin: ['typedoc-plugin-markdown'],
  outputs: [{ name: 'markdown', path: values.markdown ?? '' }],
  router: 'member',
  entryFileName: 'README',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  useCodeBlocks: true,
};
/** Tables and helper types that public types are made of; the public types describe them. */
const unexported = {
  cli: [],
  core: [
    'authorization/authorizer.ts:Authorizer', // the Node entry exports its subclass of the same name
    // The record of a debugger.
    'debug/debugged-query.ts:HaltHandler',
    'debug/step.ts:Step',
    'diagnostics/codes.ts:codes',
    'diagnostics/polar-error.ts:Trace', // internal
    'diagnostics/singleton-text.ts:SingletonData',
    'engine/backends/module/policy-module.ts:Parts', // the parts of the runtime that a compiled policy imports
    // The steps of the type of a search.
    'lists/list-options.ts:Combined',
    'lists/list-options.ts:Related',
    'lists/list-options.ts:ValueOf',
    // The steps of the types of actions.
    'types/policy-types.ts:ActionOn',
    'types/policy-types.ts:ActionOnSome',
    'types/policy-types.ts:ActionsFor',
    'types/policy-types.ts:IsEmpty',
    'types/policy-types.ts:NameOfReference',
    'types/policy-types.ts:FieldKeys',
    'types/policy-types.ts:NameOnEach',
    'types/policy-types.ts:Names',
    'types/policy-types.ts:Part',
    'types/typed.ts:Row',
  ],
  client: [],
  express: [],
  fastify: [],
  hono: [],
  // Structural types that accept every version of the router.
  koa: ['internals/koa-router-internals.ts:App', 'internals/koa-router-internals.ts:Router'],
  nestjs: [
    'errors/nanook-nest-error.ts:texts',
    'input/authorized-input.decorator.ts:Pipe',
    'options/nanook.module-definition.ts:Extras',
    'resources/parameters.decorator.ts:Pipe',
    'resources/resource-loader.decorator.ts:Awaitable',
    'resources/resource-loader.decorator.ts:Found',
    'results/field.middleware.ts:FieldInfo',
  ],
  log: ['errors/nanook-log-error.ts:texts'],
  oso: [
    'errors.ts:Named',
    'filter.ts:FilterRelation',
    'polar.ts:checkedRules',
    'relation.ts:RelationKind',
    'type-orm-adapter.ts:Connection', // structural types that accept every version of TypeORM
    'type-orm-adapter.ts:QueryBuilder',
  ],
  react: [],
  policies: ['errors/nanook-policies-error.ts:texts'],
  server: ['errors/nanook-server-error.ts:texts'],
  mcp: ['errors/nanook-mcp-error.ts:texts', 'errors/nanook-mcp-error.ts:Item'],
  orm: ['drizzle/drizzle-names.ts:Casing', 'errors/nanook-orm-error.ts:texts'],
};

/** The entries that only generated code and other packages of this repository import. The pages also leave out the
 * inner modules of oso. */
const internal = ['./compiled/parts', './compat', './internal'];

/** The source files of a package's entries, by the names under which they are imported. */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return new Map(
    Object.entries(exports).flatMap(([path, { '@nanook/source': source }]) =>
      source && !internal.includes(path) ? [[name + path.slice(1), join(folder, source.node ?? source)]] : [],
    ),
  );
}

function compilerOptions() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => ts.sys.readFile(file));
  return ts.parseJsonConfigFileContent({ ...config, files: ['.'] }, ts.sys, root).options;
}

/** Converts one package, and reports its warnings. Types are checked by another step of `npm test`. */
async function convert(name) {
  const folder = join(root, 'packages', name);
  const entries = entriesOf(folder);
  const app = await Application.bootstrap({
    name: `@nanook/${name}`,
    entryPoints: [...entries.values()],
    readme: 'none',
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    intentionallyNotExported: unexported[name],
    logLevel: 'Warn',
    disableSources: true,
    skipErrorChecking: true,
  });
  app.options.setCompilerOptions([...entries.values()], compilerOptions(), undefined);
  const project = await app.convert();
  if (project === undefined) throw new Error(`TypeDoc cannot convert packages/${name}`);
  for (const module of project.children ?? []) {
    const file = project.getSymbolIdFromReflection(module)?.fileName;
    for (const [entry, source] of entries) if (source === file) module.name = entry;
  }
  app.validate(project);
  if (values.markdown)
    for (const module of (project.children ?? []).filter(({ name }) => name.startsWith('@nanook/oso/dist/')))
      project.removeReflection(module);
  return { app, project };
}

const json = mkdtempSync(join(tmpdir(), 'nanook-reference-'));
try {
  let hasWarnings = false;
  for (const name of Object.keys(unexported)) {
    const { app, project } = await convert(name);
    hasWarnings ||= app.logger.hasWarnings() || app.logger.hasErrors();
    await app.generateJson(project, join(json, `${name}.json`));
  }
  if (hasWarnings) process.exitCode = 1;
  if (!values.check) {
    const app = await Application.bootstrapWithPlugins({
      name: 'Nanook',
      entryPointStrategy: 'merge',
      entryPoints: [join(json, '*.json')],
      readme: 'none',
      logLevel: 'Warn',
      ...(values.markdown && markdown),
    });
    await app.generateOutputs(await app.convert());
    if (app.logger.hasWarnings()) process.exitCode = 1;
  }
} finally {
  rmSync(json, { recursive: true, force: true });
}
