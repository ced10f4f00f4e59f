import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describeValue } from '@nanook/core/internal';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { Project } from '../project/project.js';
import { importFile } from '../project/read-config.js';
import { kindOf, type Application } from './application.js';

/**
 * Loads the application of a project. Its output goes to the standard error, so that the output of the command stays whole.
 *
 * @param named the module of the application, `src/app.ts` or `src/app.ts#name`; undefined: the option of the configuration
 * @throws {UsageError} when there is none, or it cannot be loaded
 */
export async function loadApplication(project: Project, named: string | undefined): Promise<Application> {
  const { application } = project.config;
  const given = named === undefined ? application : resolve(named);
  if (given === undefined)
    throw new UsageError(
      'audit needs the application; set `application` in nanook.config.ts, or name its module: nanook audit --application src/app.ts',
    );
  const folder = resolve(dirname(project.configFile ?? 'nanook.config.ts'));
  const value = await withOutputToError(async () => {
    try {
      return await valueOf(given, folder);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`the application cannot be loaded: ${messageOf(error)}`, { cause: error });
    }
  });
  const kind = kindOf(value);
  if (kind === undefined)
    throw new UsageError(
      `expected an application of Express, Fastify, Hono, Koa or NestJS as \`application\`, found ${describeValue(value)}; export it from its module, as \`app\` or as default`,
    );
  return { kind, value, folder };
}

async function valueOf(given: unknown, folder: string): Promise<unknown> {
  if (typeof given !== 'string') return applicationIn(given);
  const [file = '', name] = given.split('#');
  const path = resolve(folder, file);
  const shown = relative(process.cwd(), path);
  if (!existsSync(path)) throw new UsageError(`the module ${shown} of the application does not exist`);
  if (statSync(path).isDirectory())
    throw new UsageError(`expected the module of the application, found the folder ${shown}`);
  const module = (await importFile(path)) as Readonly<Record<string, unknown>>;
  if (name !== undefined && module[name] === undefined)
    throw new UsageError(`${shown} exports no \`${name}\``);
  if (name === undefined && module['app'] === undefined && module['default'] === undefined)
    throw new UsageError(
      `${shown} exports no application; export it as \`app\` or as default, and start it in another module`,
    );
  return applicationIn(name === undefined ? module : module[name]);
}

/** Returns the application that a value is, that a function returns, or that a module exports as `app` or as default. */
async function applicationIn(given: unknown): Promise<unknown> {
  const value = await given;
  if (kindOf(value) !== undefined) return value;
  if (typeof value === 'function') return applicationIn((value as () => unknown)());
  const { app, default: exported } = Object(value) as { readonly app?: unknown; readonly default?: unknown };
  const next = app ?? exported;
  return next === undefined ? value : applicationIn(next);
}

async function withOutputToError<T>(run: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process;
  const write: unknown = Reflect.get(stdout, 'write');
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  try {
    return await run();
  } finally {
    Reflect.set(stdout, 'write', write);
  }
}
