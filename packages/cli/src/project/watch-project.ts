import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors/message-of.js';
import type { Io } from '../output/io.js';
import { configNames } from './find-config.js';
import type { Project } from './project.js';

/**
 * Runs a function now, and again after each change of a policy or a configuration, until the process receives SIGINT or SIGTERM.
 *
 * @param run reads the project and does the work; its errors are written, and the watch goes on
 */
export async function watchProject(run: () => Promise<Project>, io: Io): Promise<void> {
  const { watch } = await import('chokidar');
  const guarded = async (): Promise<Project | undefined> => {
    try {
      return await run();
    } catch (error) {
      io.err(messageOf(error));
      return undefined;
    }
  };
  const first = await guarded();
  const isWatched = (path: string): boolean =>
    path.endsWith('.polar') || configNames.some((name) => path.endsWith(name));
  const watcher = watch(foldersOf(first), {
    ignoreInitial: true,
    ignored: (path, stats) =>
      /[/\\](node_modules|\.git)([/\\]|$)/.test(path) || (stats?.isFile() === true && !isWatched(path)),
  });
  io.err('watching for changes; press Ctrl+C to stop');
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  let running = Promise.resolve();
  let pending = false;
  watcher.on('all', (_event, path) => {
    if (pending) return;
    pending = true;
    io.err(`\n${path} changed`);
    // An editor writes a file in several steps, and one run is enough.
    running = running
      .then(() => wait(50))
      .then(() => {
        pending = false;
        return guarded();
      })
      .then(() => {});
  });
  await stopped;
  await watcher.close();
  await running;
}

function foldersOf(project: Project | undefined): string[] {
  const files = project === undefined ? [] : project.policies.map(({ name }) => name);
  if (project?.configFile !== undefined) files.push(project.configFile);
  return [...new Set(['.', ...files.map((file) => dirname(file))])];
}
