// Checks the imports between packages, and between the folders of a package. Reads the import specifiers of each source file, also those of
// types and of `import()`, and reports the imports that the tables below do not allow, as file:line. A table whose folders form a circle is a
// fault, too. Tests (*.test.ts, *.test-d.ts, *.fixture.ts) are exempt. oxlint finds cycles of files.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The packages of this workspace that each package may import. */
const packages = {
  core: [],
  http: ['core'],
  express: ['core', 'http'],
  fastify: ['core', 'http'],
  hono: ['core', 'http'],
  koa: ['core', 'http'],
  nestjs: ['core', 'http'],
  orm: ['core'],
  log: ['core'],
  analysis: ['core'],
  cli: [
    'core',
    'analysis',
    'log',
    'orm',
    'policies',
    'server',
    'express',
    'fastify',
    'hono',
    'koa',
    'nestjs',
  ],
  policies: ['core'],
  server: ['core'],
  mcp: ['core', 'http'],
  client: ['core'],
  react: ['core', 'client'],
  oso: ['core'],
  grammar: [],
  'language-server': ['core', 'analysis', 'cli'],
  playground: ['core', 'orm', 'analysis', 'cli'],
  conformance: ['core'],
  model: ['core'],
};

/** The folders of core that each folder may import. A name means the files directly in that folder; inner folders have their own entries. */
const everyone = ['internal', 'diagnostics', 'dialect'];
const language = [...everyone, 'syntax', 'types', 'policy'];
const rules = [...everyone, 'types', 'ir', 'host', 'terms'];
const machine = [...rules, 'engine', 'engine/rules', 'engine/tabling'];
// The compiled engine, one floor above the other: runtime ← compiler ← back ends ← compiled.
const compiler = [...machine, 'engine/runtime'];
const backEnds = [...compiler, 'engine/compiler', 'engine/backends'];
const folders = {
  internal: [],
  diagnostics: everyone,
  dialect: [],
  // The operators and the access to members of the dialect oso.
  'dialect/oso': [...everyone, 'host', 'terms', 'types', 'engine'],
  // The order of conditions in the dialect of Oso Cloud.
  'dialect/oso-cloud': language,
  syntax: everyone,
  types: everyone,
  // policy ← checks ← build.
  policy: language,
  'policy/checks': language,
  'policy/build': [...language, 'policy/checks'],
  ir: language,
  terms: everyone,
  host: [...everyone, 'ir', 'types', 'terms'],
  // rules ← engine ← machine ← query: the reference engine.
  'engine/rules': rules,
  engine: [...rules, 'engine/rules'],
  // The questions of recursive rules, which all engines share.
  'engine/tabling': rules,
  // The machine: state ← goals ← machine.
  'engine/machine/state': machine,
  'engine/machine/goals': [...machine, 'engine/machine/state'],
  'engine/machine': [...machine, 'engine/machine/state', 'engine/machine/goals'],
  'engine/query': [...machine, 'engine/machine', 'engine/machine/state'],
  'engine/runtime': machine,
  'engine/compiler': compiler,
  'engine/compiler/partial-evaluator': [...compiler, 'engine/compiler'],
  'engine/compiler/passes': ['internal', 'engine/compiler'],
  'engine/compiler/sharing': [...compiler, 'engine/compiler'],
  'engine/compiler/linker': [
    ...compiler,
    'engine/compiler',
    'engine/compiler/partial-evaluator',
    'engine/compiler/passes',
    'engine/compiler/sharing',
  ],
  'engine/backends': [...compiler, 'engine/compiler'],
  'engine/backends/source': backEnds,
  'engine/backends/closures': backEnds,
  'engine/backends/module': [...backEnds, 'engine/compiler/linker', 'engine/backends/source'],
  'engine/compiled': [
    ...backEnds,
    'engine/compiler/linker',
    'engine/backends/source',
    'engine/backends/closures',
  ],
  filter: [...everyone, 'types'],
  partial: [...machine, 'filter'],
  lists: [...everyone, 'types', 'filter', 'partial'],
  analysis: machine,
  advice: [...machine, 'analysis'],
  explanation: [
    ...machine,
    'policy',
    'engine/machine',
    'engine/machine/state',
    'engine/query',
    'analysis',
    'advice',
  ],
  profile: [...machine, 'engine/machine', 'engine/machine/state', 'engine/query'],
  'policy-coverage': [...machine, 'syntax', 'engine/machine', 'engine/machine/state'],
  authorization: [
    ...machine,
    'dialect/oso',
    'dialect/oso-cloud',
    'syntax',
    'policy',
    'policy/build',
    'engine/machine',
    'engine/machine/state',
    'engine/query',
    'engine/compiled',
    'engine/backends',
    'engine/backends/closures',
    'analysis',
    'advice',
    'explanation',
    'filter',
    'partial',
    'lists',
    'policy-coverage',
    'profile',
  ],
  debug: [
    ...machine,
    'syntax',
    'policy',
    'engine/machine',
    'engine/machine/state',
    'engine/query',
    'explanation',
    'authorization',
  ],
  candidate: [...machine, 'policy', 'engine/query', 'explanation', 'filter', 'authorization'],
  aot: [...machine, 'engine/query', 'engine/runtime', 'policy', 'authorization', 'engine/backends/module'],
  compat: [
    ...machine,
    'dialect/oso',
    'dialect/oso-cloud',
    'engine/query',
    'engine/backends/closures',
    'engine/compiled',
    'policy',
    'authorization',
  ],
  tooling: [...everyone, 'host', 'syntax', 'types', 'policy', 'policy/checks', 'policy/build'],
  testing: [...everyone, 'types', 'policy', 'explanation', 'policy-coverage', 'authorization', 'aot'],
};
folders.node = [...Object.keys(folders), ''];
folders[''] = Object.keys(folders).filter((folder) => folder !== 'node');

/** Folder of nestjs → folders it may import, from the lowest to the highest. */
const handlers = ['errors', 'execution', 'refusals', 'requirements'];
const nestFolders = {
  errors: [],
  execution: ['errors'],
  refusals: ['errors', 'execution'],
  options: ['errors', 'execution'],
  'entry-points': ['execution', 'options'],
  requirements: ['errors', 'execution', 'refusals'],
  resources: handlers,
  input: handlers,
  results: [...handlers, 'resources'],
  guard: [...handlers, 'options', 'entry-points', 'resources', 'input'],
  audit: [...handlers, 'options', 'entry-points', 'resources', 'input', 'results', 'guard'],
  testing: ['errors', 'options'],
};
nestFolders.module = Object.keys(nestFolders).filter((folder) => folder !== 'testing');
nestFolders[''] = Object.keys(nestFolders);

/** Folder of http → folders it may import, from the lowest to the highest. */
const httpFolders = {
  internal: [],
  platform: [],
  locations: ['platform'],
  decisions: [],
  'config-errors': ['locations'],
  refusals: ['internal', 'platform', 'config-errors'],
  requirements: ['internal', 'platform', 'locations', 'decisions', 'config-errors', 'refusals'],
  'pending-checks': ['internal', 'platform', 'locations', 'config-errors'],
  request: [
    'internal',
    'platform',
    'decisions',
    'config-errors',
    'refusals',
    'requirements',
    'pending-checks',
  ],
  'response-guard': ['internal', 'config-errors', 'pending-checks'],
  permissions: ['config-errors', 'refusals', 'requirements', 'request'],
};
httpFolders[''] = Object.keys(httpFolders);

/** Folder of log → folders it may import: records, the queue of each sink, and the sinks. */
const sinks = ['errors', 'record', 'queue', 'read'];
const logFolders = {
  errors: [],
  record: ['errors'],
  queue: ['errors', 'record'],
  read: ['errors', 'record'],
  'json-lines': sinks,
  nats: sinks,
  opentelemetry: sinks,
  pino: sinks,
  postgres: sinks,
  '': sinks,
};

/** Folder of express and of koa → folders it may import. */
const adapterFolders = {
  internals: [],
  handlers: ['internals'],
  middleware: ['internals', 'handlers', 'routes'],
  routes: ['internals', 'handlers'],
  '': ['internals', 'middleware', 'routes'],
};

/** Folder of fastify → folders it may import, from the lowest to the highest. */
const fastifyFolders = {
  routes: [],
  hooks: ['routes'],
  plugin: ['routes'],
  '': ['hooks', 'routes', 'plugin'],
};

/** Folder of hono → folders it may import, from the lowest to the highest. */
const honoFolders = {
  guard: [],
  middleware: ['guard'],
  routes: ['middleware'],
  '': ['middleware', 'routes'],
};

/** Folder of policies → folders it may import, from the lowest to the highest. */
const policiesFolders = {
  errors: [],
  source: ['errors'],
  bundle: ['errors', 'source'],
  files: ['errors', 'source', 'bundle'],
  http: ['errors', 'source'],
  fleet: ['errors', 'source', 'bundle'],
  nats: ['errors', 'source', 'bundle', 'fleet'],
  postgres: ['errors', 'source', 'bundle', 'fleet'],
  follow: ['errors', 'source', 'bundle', 'fleet'],
  '': ['errors', 'source', 'bundle', 'fleet', 'follow'],
};

/** Folder of server → folders it may import, from the lowest to the highest. Only the entry for Node may import node:*. */
const serverFolders = {
  errors: [],
  messages: [],
  callers: ['messages'],
  entities: ['messages'],
  decisions: ['messages', 'entities'],
  obligations: ['messages'],
  authzen: ['messages', 'callers', 'entities', 'decisions', 'obligations'],
  operations: ['decisions'],
  options: ['errors', 'callers', 'entities', 'obligations', 'operations'],
  web: ['messages', 'callers'],
  server: ['messages', 'callers', 'entities', 'decisions', 'authzen', 'operations', 'options', 'web'],
  envoy: ['errors', 'messages', 'callers', 'decisions', 'operations', 'options', 'web'],
  'envoy-grpc': ['messages', 'callers', 'operations', 'envoy'],
  client: ['errors', 'messages', 'decisions', 'options'],
  node: ['messages', 'callers', 'server'],
  '': ['errors', 'messages', 'callers', 'entities', 'obligations', 'operations', 'options', 'web', 'server'],
};
/** Folder of mcp → folders it may import, from the lowest to the highest. */
const mcpFolders = {
  errors: [],
  requirements: ['errors'],
  delegation: ['errors', 'requirements'],
  approvals: ['errors', 'delegation'],
  request: ['errors', 'requirements', 'delegation', 'approvals'],
  server: ['errors', 'requirements', 'delegation', 'approvals', 'request'],
};
mcpFolders[''] = Object.keys(mcpFolders);

/** The packages whose folders have a table. */
const foldersOf = {
  core: folders,
  http: httpFolders,
  express: adapterFolders,
  fastify: fastifyFolders,
  hono: honoFolders,
  koa: adapterFolders,
  nestjs: nestFolders,
  log: logFolders,
  policies: policiesFolders,
  server: serverFolders,
  mcp: mcpFolders,
};

/** Returns the folders of a circle in a table; undefined if there is none. */
function circleIn(table) {
  const finished = new Set();
  const visit = (folder, path) => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (finished.has(folder)) return undefined;
    for (const next of table[folder]) {
      const circle = next === folder ? undefined : visit(next, [...path, folder]);
      if (circle !== undefined) return circle;
    }
    finished.add(folder);
    return undefined;
  };
  for (const folder of Object.keys(table)) {
    const circle = visit(folder, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const posix = (path) => path.split(sep).join('/');
const faults = [];

for (const [name, table] of Object.entries(foldersOf)) {
  const circle = circleIn(table);
  if (circle !== undefined)
    faults.push(
      `packages/${name}: the table of tools/boundaries.mjs has a circle: ${circle.map(place).join(' → ')}`,
    );
}

for (const [name, mayImport] of Object.entries(packages)) {
  const src = join(root, 'packages', name, 'src');
  if (!existsSync(src)) continue;
  const manifest = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8'));
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

  for (const found of globSync('**/*.{ts,tsx}', { cwd: src })) {
    if (/\.(test(-d)?|fixture)\.ts$/.test(found)) continue;
    const file = posix(found);
    const text = readFileSync(join(src, found), 'utf8');
    const table = foldersOf[name];
    if (table !== undefined && !(folderOf(file) in table)) {
      faults.push(`packages/${name}/src/${file}: its folder is not in the table of tools/boundaries.mjs`);
      continue;
    }
    // One file for each kind of authorizer imports modules on demand, so that a reader sees all of them, and which methods wait for one.
    if (
      name === 'core' &&
      !/^(authorization|aot|node)\/on-demand\.ts$/.test(file) &&
      /^[^/*\n]*(?<!typeof )\bimport\(/m.test(text)
    )
      faults.push(
        `packages/core/src/${file}: import() belongs into authorization/on-demand.ts, aot/on-demand.ts or node/on-demand.ts`,
      );
    for (const { fileName: specifier, pos } of ts.preProcessFile(text, true, true).importedFiles) {
      const why = faultOf(name, mayImport, declared, src, file, specifier);
      const line = text.slice(0, pos).split('\n').length;
      if (why) faults.push(`packages/${name}/src/${file}:${line}: ${why}`);
    }
  }
}

/** Returns the reason why an import is not allowed, or `undefined`. */
function faultOf(name, mayImport, declared, src, file, specifier) {
  const from = folderOf(file);
  if (specifier.startsWith('node:')) {
    return ['core', 'analysis', 'hono', 'server'].includes(name) && from !== 'node'
      ? `${specifier}: only src/node/ may import node:*`
      : undefined;
  }
  if (specifier.startsWith('.')) {
    const target = posix(relative(src, join(src, dirname(file), specifier)));
    if (target.startsWith('../')) return `${specifier}: leads out of the sources of the package`;
    const table = foldersOf[name];
    if (table === undefined) return undefined;
    const to = folderOf(target);
    return to === from || table[from].includes(to)
      ? undefined
      : `${specifier}: ${place(from)} may not import ${place(to)}`;
  }
  const wanted = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const ours = wanted.startsWith('@nanook/') ? wanted.slice('@nanook/'.length) : undefined;
  if (ours !== undefined && !mayImport.includes(ours)) return `${specifier}: ${name} may not import ${ours}`;
  if (name === 'model' && specifier !== '@nanook/core/syntax')
    return `${specifier}: the model may import @nanook/core/syntax only`;
  if (!declared.includes(wanted)) return `${specifier}: not a dependency of @nanook/${name}`;
  return undefined;
}

function folderOf(file) {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
}

function place(folder) {
  return folder === '' ? 'src/*.ts' : `src/${folder}/`;
}

// The page about the architecture has a row for each folder of core and its inner folders.
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
for (const folder of Object.keys(folders)) {
  const path = `core/src/${folder}`;
  if (!existsSync(join(root, 'packages', path)))
    faults.push(`tools/boundaries.mjs: packages/${path} does not exist; remove its row`);
  else if (folder !== '' && folder.split('/').length <= 2 && !page.includes(`(../packages/${path})`))
    faults.push(`docs/architecture.md: the table of folders has no row for packages/${path}`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`\n${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`);
  process.exitCode = 1;
}
