import type { Dirent, Stats } from 'node:fs';
import { fileSystem } from './file-system.js';

/** An operation of the file system, which can be done in two ways. */
interface FileRead {
  now(): unknown;
  later(): Promise<unknown>;
}

/** Code that reads files. It yields each operation to {@link readNow} or {@link readLater}, so that it is written once for both. */
export type Reading<T> = Generator<FileRead, T, unknown>;

/** Runs code that reads files, without a promise. */
export function readNow<T>(reading: Reading<T>): T {
  let step = reading.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = step.value.now();
    } catch (error) {
      step = reading.throw(error);
      continue;
    }
    step = reading.next(value);
  }
  return step.value;
}

/** Runs code that reads files, without blocking the process. */
export async function readLater<T>(reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value.later();
    } catch (error) {
      step = reading.throw(error);
      continue;
    }
    step = reading.next(value);
  }
  return step.value;
}

export function* readFile(path: string): Reading<Uint8Array> {
  return (yield {
    now: () => fileSystem().readFileSync(path),
    later: () => fileSystem().promises.readFile(path),
  }) as Uint8Array;
}

/** Returns the entries of a folder; `[]` when it cannot be read. */
export function* readFolder(path: string): Reading<readonly Dirent[]> {
  const options = { withFileTypes: true } as const;
  try {
    return (yield {
      now: () => fileSystem().readdirSync(path, options),
      later: () => fileSystem().promises.readdir(path, options),
    }) as readonly Dirent[];
  } catch {
    return [];
  }
}

/** Returns the file or folder to which a path leads; undefined when there is none. */
export function* statOf(path: string): Reading<Stats | undefined> {
  try {
    return (yield {
      now: () => fileSystem().statSync(path),
      later: () => fileSystem().promises.stat(path),
    }) as Stats;
  } catch {
    return undefined;
  }
}

/** Returns a path without links; undefined when it leads to nothing. */
export function* realPathOf(path: string): Reading<string | undefined> {
  try {
    return (yield {
      now: () => fileSystem().realpathSync(path),
      later: () => fileSystem().promises.realpath(path),
    }) as string;
  } catch {
    return undefined;
  }
}
