// Runs GitClub on one of the frameworks: `npm run demo -- --framework koa --serve`. It uses the sources and the current Node.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installExample, root } from './workspace.mjs';

const frameworks = { express: 'Express', koa: 'Koa', nestjs: 'NestJS' };

const usage = `Runs GitClub, the example application, on an embedded PostgreSQL: sends real requests as several users, and shows who was
allowed to do which action, and which rule of the policy decided.

Usage: npm run demo -- [options]

  --framework <name>  express (default), koa or nestjs
  --serve             keep the server running afterwards, for your own requests
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
  start(join(root, 'examples', name), serve ? ['--serve'] : []);
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

/** Runs the sources of an example with tsx, which compiles TypeScript with decorators. */
function start(cwd, args) {
  const tsx = createRequire(join(cwd, 'package.json')).resolve('tsx/cli');
  const options = ['--tsconfig', join(root, 'tsconfig.base.json'), '--conditions=@nanook/source'];
  const child = spawn(process.execPath, [tsx, ...options, 'src/demo.ts', ...args], {
    cwd,
    stdio: 'inherit',
    // So that the application writes the reason of each refusal.
    env: { NODE_ENV: 'development', ...process.env },
  });
  // Ctrl+C also reaches the child process, which closes the server. Another signal is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
