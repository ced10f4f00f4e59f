// Runs GitClub on one of the frameworks: `npm run demo -- --framework koa --serve`. It uses the sources and the current Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installExample, root } from './workspace.mjs';

const frameworks = {
  express: 'Express',
  fastify: 'Fastify',
  hono: 'Hono',
  koa: 'Koa',
  nestjs: 'NestJS',
  mcp: 'MCP',
};

const usage = `Runs GitClub, the example application, on an embedded PostgreSQL: sends real requests as several users, and shows who was
allowed to do which action, and which rule of the policy decided.

Usage: npm run demo -- [options]

  --framework <name>  express (default), fastify, hono, koa, nestjs or mcp
  --serve             keep the server running afterwards, for your own requests; a web server with the explorer of its policy
  --help              show this text`;

const { framework, serve, help } = optionsOf(process.argv.slice(2));
if (help) {
  console.log(usage);
} else {
  const name = `gitclub-${framework}`;
  installExample(`@nanook/example-${name}`, () =>
    console.log(
      `Installing the packages that the ${frameworks[framework]} demo needs (the first time only) …`,
    ),
  );
  console.log(`Starting GitClub on ${frameworks[framework]} with an embedded PostgreSQL …\n`);
  const folder = join(root, 'examples', name);
  if (serve && existsSync(join(folder, 'src/listed.ts'))) buildExplorer();
  runDemo(folder);
}

/** Finds options that were written without `--` before them. npm removes these, and sets environment variables instead. */
function optionsOfNpm() {
  return ['framework', 'serve'].filter((name) => process.env[`npm_config_${name}`] !== undefined);
}

/** Parses the command line. If it is invalid, prints the reason and ends the process. */
function optionsOf(args) {
  try {
    const [lost] = optionsOfNpm();
    if (lost !== undefined)
      throw new Error(
        `npm did not pass on --${lost}; write: npm run demo -- --${lost}${lost === 'framework' ? ' koa' : ''}`,
      );
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'), // npm removes it, pnpm does not
      options: {
        framework: { type: 'string', default: 'express' },
        serve: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (Object.hasOwn(frameworks, values.framework)) return values;
    throw new Error(`Expected --framework ${Object.keys(frameworks).join(', ')}; got "${values.framework}".`);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(1);
  }
}

/** Builds the page of the explorer if no build has written it. */
function buildExplorer() {
  if (existsSync(join(root, 'packages/cli/dist/explorer/explorer.html'))) return;
  console.log('Building the page of the explorer (the first time only) …');
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--mode', 'explorer', '--logLevel', 'error'],
    { cwd: join(root, 'packages/playground'), stdio: 'inherit' },
  );
  if (status !== 0) console.error('The page of the explorer cannot be built; the demo runs without it.');
}

/** Runs the demo in the folder of an example. When it serves, the explorer of its policy starts, too. */
function runDemo(folder) {
  const tsx = createRequire(join(folder, 'package.json')).resolve('tsx/cli');
  const demo = runSources(tsx, folder, ['src/demo.ts', ...(serve ? ['--serve'] : [])]);
  const children = [demo];
  demo.on('message', () => {
    const command = join(root, 'packages/cli/src/bin.ts');
    const application = join(folder, 'src/listed.ts');
    const explore = [command, 'explore', '--application', application];
    children.push(runSources(tsx, join(root, 'examples/gitclub'), explore));
  });
  // Ctrl+C also reaches the child processes, which close their servers. Another signal is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => children.forEach((child) => child.kill('SIGTERM')));
  demo.on('close', (code) => {
    process.exitCode = code ?? 1;
    for (const child of children) child.kill('SIGTERM');
  });
}

/** Runs sources with tsx, which compiles TypeScript with decorators. They tell by a message that they serve. */
function runSources(tsx, cwd, args) {
  const options = ['--tsconfig', join(root, 'tsconfig.base.json'), '--conditions=@nanook/source'];
  const child = spawn(process.execPath, [tsx, ...options, ...args], {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // So that the application writes the reason of each refusal.
    env: { NODE_ENV: 'development', ...process.env },
  });
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  return child;
}
