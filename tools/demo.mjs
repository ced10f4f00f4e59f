// `npm run demo -- --framework koa --serve`: runs GitClub on one of the frameworks, from the sources, on the Node that was started.
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

/** `npm run demo --serve`: npm keeps an option for itself that does not follow `--`, and leaves it in the environment. */
function optionsOfNpm() {
  return ['framework', 'serve'].filter((name) => process.env[`npm_config_${name}`] !== undefined);
}

/** Reads the command line. Ends this process with an explanation when it is not understood. */
function optionsOf(args) {
  try {
    const [lost] = optionsOfNpm();
    if (lost !== undefined)
      throw new Error(
        `npm took --${lost} for itself; write: npm run demo -- --${lost}${lost === 'framework' ? ' koa' : ''}`,
      );
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'), // npm drops it, pnpm does not
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

/** Runs the sources of an example. tsx compiles TypeScript, with decorators, as they are loaded. */
function start(cwd, args) {
  const tsx = createRequire(join(cwd, 'package.json')).resolve('tsx/cli');
  const options = ['--tsconfig', join(root, 'tsconfig.base.json'), '--conditions=@nanook/source'];
  const child = spawn(process.execPath, [tsx, ...options, 'src/demo.ts', ...args], { cwd, stdio: 'inherit' });
  // Ctrl+C reaches the child too, which closes the server and ends.
  process.on('SIGINT', () => {});
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('close', (code) => (process.exitCode = code ?? 1));
}
