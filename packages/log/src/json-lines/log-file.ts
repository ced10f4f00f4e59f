import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** The part of a file handle that a log file needs. */
export type LogHandle = Pick<FileHandle, 'write' | 'truncate' | 'datasync' | 'stat' | 'close'>;

/**
 * Returns a new name: the time, the process, and random digits. Files are never renamed, so processes can share a folder, and a reader
 * never meets a file twice.
 */
function newFileName(prefix: string, now: Date): string {
  const time = now.toISOString().replaceAll(/[-:.]/g, '');
  return `${prefix}-${time}-${process.pid}-${randomBytes(3).toString('hex')}.jsonl`;
}

// The owner writes, the group reads.
const mode = 0o640;
const ofFolder = { recursive: true, mode: 0o750 } as const;

/** A file to which lines are appended. */
export class LogFile {
  #size = 0;
  #isDamaged = false;

  constructor(
    readonly handle: LogHandle,
    readonly openedMs: number,
  ) {}

  /** @param sync whether the name of the file must be on the disk, because data without a name is lost */
  static async open(folder: string, prefix: string, sync: boolean): Promise<LogFile> {
    await mkdir(folder, ofFolder);
    const now = new Date();
    const handle = await open(join(folder, newFileName(prefix, now)), 'ax', mode);
    try {
      if (sync) await syncFolder(folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new LogFile(handle, now.getTime());
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a part of a line could not be removed, so that no line may follow it. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Returns whether someone has deleted the file, so that its records would be lost, or has removed its disk. */
  async isDeleted(): Promise<boolean> {
    try {
      return (await this.handle.stat()).nlink === 0;
    } catch {
      return true;
    }
  }

  /**
   * Appends whole lines. If that fails, it removes the part that was written.
   *
   * @param sync whether the data must be on the disk, and not only with the operating system
   */
  async append(text: string, sync: boolean): Promise<void> {
    const data = Buffer.from(text);
    try {
      for (let done = 0; done < data.length;) {
        // oxlint-disable-next-line no-await-in-loop -- the rest follows the part that was written
        const { bytesWritten } = await this.handle.write(data, done, data.length - done);
        done += bytesWritten;
      }
      if (sync) await this.handle.datasync();
      this.#size += data.length;
    } catch (error) {
      await this.handle.truncate(this.#size).catch(() => {
        this.#isDamaged = true;
      });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and stores the names of files itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes lines to a new file, before the process exits. */
export function writeFileNow(folder: string, prefix: string, text: string, sync: boolean): void {
  mkdirSync(folder, ofFolder);
  const fd = openSync(join(folder, newFileName(prefix, new Date())), 'ax', mode);
  try {
    const data = Buffer.from(text);
    for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
    if (sync) fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
