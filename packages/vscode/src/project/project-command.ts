import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A process to start. */
export interface ProjectCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** The command `nanook` of a project is missing. */
export class MissingCommand extends Error {
  override readonly name = 'MissingCommand';

  constructor(folder: string) {
    super(`Expected @nanook/cli in ${folder}, found none. Install it: npm install --save-dev @nanook/cli`);
  }
}

/**
 * Returns the process of the command `nanook` that a project has installed, so that it runs with the classes and the version of the project.
 *
 * @param folder the folder of the project
 * @param args the arguments of the command
 * @param nodePath the Node.js that runs it. The default is that of the `PATH`
 * @throws {MissingCommand}
 */
export function projectCommand(folder: string, args: readonly string[], nodePath = 'node'): ProjectCommand {
  const program = programIn(folder);
  if (program === undefined) throw new MissingCommand(folder);
  return { command: nodePath, args: [program, ...args], cwd: folder };
}

/** Returns the program in the folder or the nearest folder above it that has one. */
function programIn(folder: string): string | undefined {
  const installed = join(folder, 'node_modules/@nanook/cli');
  if (existsSync(join(installed, 'package.json'))) {
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      readonly bin?: { readonly nanook?: string };
    };
    if (bin?.nanook !== undefined) return join(installed, bin.nanook);
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : programIn(parent);
}
