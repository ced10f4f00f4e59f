import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { testedRepetitions } from '../../../../tools/test-scope.js';
import { readDecisions } from '../read/read-decisions.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { describeStore } from '../testing/describe-store.fixture.js';
import { startLogging } from '../testing/process.fixture.js';
import { checkMany, logged, numbers } from '../testing/sinks.fixture.js';
import { jsonLines, type JsonLinesOptions } from './index.js';
import { LogFile, type LogHandle } from './log-file.js';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nanook-log-'));
  folders.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The records of all files, oldest file first. */
const recordsIn = (folder: string): DecisionRecord[] =>
  readdirSync(folder)
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as DecisionRecord);

const idsIn = (folder: string): Set<number> =>
  new Set(recordsIn(folder).map(({ resource }) => Number(resource!.id)));

describeStore('JSON lines', async () => {
  const folder = newFolder();
  return { store: jsonLines({ folder, maxBytes: 2_000 }), close: async () => {} };
});

describe('the files of jsonLines', () => {
  it('start anew by size, and lose nothing', async () => {
    const folder = newFolder();
    const store = jsonLines({ folder, maxBytes: 5_000 });
    const { log, authorizer } = await logged({ sinks: [store], batchSize: 5 });
    checkMany(authorizer, 200);
    await log.close();
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeLessThan(10_000);
    expect(idsIn(folder)).toEqual(new Set(numbers(200).map(Number)));
    expect(recordsIn(folder)).toHaveLength(200);
  });

  it('start anew by age', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const folder = newFolder();
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder, maxAgeHours: 2 })] });
    const files: number[] = [];
    for (let hour = 0; hour < 5; hour++) {
      vi.setSystemTime(Date.UTC(2026, 0, 1, hour));
      checkMany(authorizer, 1);
      // oxlint-disable-next-line no-await-in-loop -- one record an hour
      await log.flush();
      files.push(readdirSync(folder).length);
    }
    await log.close();
    expect(files).toEqual([1, 1, 2, 2, 3]);
  });

  it.skipIf(process.platform === 'win32')(
    'are on the disk with their names before a record counts as stored, with fsync',
    async () => {
      const folder = newFolder();
      const probe = await open(folder, 'r');
      const prototype = Object.getPrototypeOf(probe) as FileHandle;
      await probe.close();
      // Data is synchronized with `datasync`.
      const spy = vi.spyOn(prototype, 'sync');
      onTestFinished(() => spy.mockRestore());
      const { log, authorizer } = await logged({ sinks: [jsonLines({ folder, fsync: true })] });
      checkMany(authorizer, 1);
      await log.close();
      expect([spy.mock.calls.length, idsIn(folder).size]).toEqual([1, 1]);
    },
  );

  it('can be read by the owner and the group only', async () => {
    const folder = join(newFolder(), 'made', 'by', 'the sink');
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder })] });
    checkMany(authorizer, 1);
    await log.close();
    const [name] = readdirSync(folder);
    expect((statSync(join(folder, name!)).mode & 0o777).toString(8)).toBe('640');
    expect(name).toMatch(/^decisions-\d{8}T\d{9}Z-\d+-[\da-f]{6}\.jsonl$/);
  });

  it('disappear when their last record is older than keepDays, and other files stay', async () => {
    const folder = newFolder();
    const old = join(folder, 'decisions-20200101T000000000Z-1-abcdef.jsonl');
    const foreign = join(folder, 'decisions-of-the-board.jsonl');
    for (const file of [old, foreign]) {
      writeFileSync(file, '');
      utimesSync(file, new Date('2020-01-01'), new Date('2020-01-01'));
    }
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder, keepDays: 30 })] });
    checkMany(authorizer, 1);
    await log.close();
    const names = readdirSync(folder);
    expect(names).toHaveLength(2);
    expect(names).toContain('decisions-of-the-board.jsonl');
    expect([...names].some((name) => name.includes('20200101'))).toBe(false);
  });

  it('receive no record after another process has deleted them', async () => {
    const folder = newFolder();
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder })] });
    checkMany(authorizer, 1);
    await log.flush();
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    checkMany(authorizer, 1, 2);
    await log.close();
    expect([...idsIn(folder)]).toEqual([2]);
  });

  it('start anew before another process may delete them', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const folder = newFolder();
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder, keepDays: 0.5 })] });
    for (const hour of [0, 11, 12]) {
      vi.setSystemTime(Date.UTC(2126, 0, 1, hour));
      checkMany(authorizer, 1);
      // oxlint-disable-next-line no-await-in-loop -- one record after the other
      await log.flush();
      const file = readdirSync(folder).toSorted().at(-1)!;
      utimesSync(join(folder, file), new Date(), new Date());
    }
    await log.close();
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('do not stop the log when one cannot be deleted, which is a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const folder = newFolder();
    // A folder cannot be deleted as a file.
    const old = join(folder, 'decisions-20200101T000000000Z-1-abcdef.jsonl');
    mkdirSync(old);
    utimesSync(old, new Date('2020-01-01'), new Date('2020-01-01'));
    const { log, authorizer, errors } = await logged({ sinks: [jsonLines({ folder, keepDays: 30 })] });
    checkMany(authorizer, 3);
    await log.close();
    rmSync(old, { recursive: true });
    expect([recordsIn(folder).length, errors]).toEqual([3, []]);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('could not delete a file'), 'NanookLogWarning'],
    ]);
  });

  it('do not end a read of the folder when they disappear during it', async () => {
    const folder = newFolder();
    // A broken link is listed and does not exist, as a file that is deleted after the list was made.
    symlinkSync('nowhere', join(folder, 'decisions-20200101T000000000Z-1-abcdef.jsonl'));
    const store = jsonLines({ folder });
    const { log, authorizer } = await logged({ sinks: [store] });
    checkMany(authorizer, 3);
    await log.close();
    expect((await readDecisions(store)).records).toHaveLength(3);
  });

  it('can belong to several logs of one folder, which are read together', async () => {
    const folder = newFolder();
    const first = await logged({ sinks: [jsonLines({ folder })] });
    const second = await logged({ sinks: [jsonLines({ folder })] });
    checkMany(first.authorizer, 10);
    checkMany(second.authorizer, 10, 11);
    await Promise.all([first.log.close(), second.log.close()]);
    const { records } = await readDecisions(jsonLines({ folder }));
    expect(new Set(records.map(({ resource }) => resource!.id))).toEqual(new Set(numbers(20)));
  });

  it('do not exist before the first record, and are read as an empty log', async () => {
    const store = jsonLines({ folder: join(newFolder(), 'none') });
    expect(await readDecisions(store)).toEqual({ records: [], next: null });
  });

  it.each<[string, unknown, string]>([
    ['no folder', {}, 'the option `folder` of jsonLines must be a text, but it is missing'],
    ['a prefix with a path', { folder: 'a', prefix: '../b' }, 'a name of letters, digits'],
    ['a misspelled option', { folder: 'a', keepDay: 3 }, 'did you mean `keepDays`?'],
  ])('refuse %s', (_name, options, message) => {
    expect(() => jsonLines(options as JsonLinesOptions)).toThrow(message);
  });
});

describe('a damaged file', () => {
  async function damaged(text: string): Promise<{ folder: string; file: string }> {
    const folder = newFolder();
    const { log, authorizer } = await logged({ sinks: [jsonLines({ folder })] });
    checkMany(authorizer, 2);
    await log.close();
    const file = join(folder, readdirSync(folder)[0]!);
    appendFileSync(file, text);
    return { folder, file };
  }

  it('can end with half a line, which is left out because it was never confirmed', async () => {
    const { folder } = await damaged('{"schema":1,"id":"01');
    const { records } = await readDecisions(jsonLines({ folder }));
    expect(records).toHaveLength(2);
  });

  it.each(['{"schema":1,"id":"01\n', 'null\n', '\n', '{"id":7}\n'])(
    'with the line %j is an error that names the line',
    async (line) => {
      const { folder, file } = await damaged(line);
      await expect(readDecisions(jsonLines({ folder }))).rejects.toThrow(
        `${file}:3 is not a record of the decision log`,
      );
      const found: unknown[] = [];
      const store = jsonLines({ folder, onDamagedLine: (...place) => void found.push(place) });
      expect((await readDecisions(store)).records).toHaveLength(2);
      expect(found).toEqual([[file, 3]]);
    },
  );
});

describe('a full disk', () => {
  /** A handle on a disk of a limited size, which writes a part before it fails, as the operating system does. */
  class SmallDisk implements LogHandle {
    data = Buffer.alloc(0);
    canTruncate = true;
    constructor(public size: number) {}
    write = (async (data: Buffer, offset: number, length: number) => {
      const bytesWritten = Math.min(length, this.size - this.data.length, 100);
      if (bytesWritten === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      this.data = Buffer.concat([this.data, data.subarray(offset, offset + bytesWritten)]);
      return { bytesWritten, buffer: data };
    }) as unknown as LogHandle['write'];
    truncate = async (length = 0): Promise<void> => {
      if (!this.canTruncate) throw new Error('input/output error');
      this.data = this.data.subarray(0, length);
    };
    datasync = async (): Promise<void> => {};
    stat = (async () => ({ nlink: 1 })) as unknown as LogHandle['stat'];
    close = async (): Promise<void> => {};
  }

  it('leaves no part of a line behind', async () => {
    const disk = new SmallDisk(250);
    const file = new LogFile(disk, 0);
    const line = `${'x'.repeat(119)}\n`;
    await file.append(line, false);
    await file.append(line, false);
    await expect(file.append(line, false)).rejects.toThrow('no space left on device');
    expect(disk.data.toString()).toBe(line + line);
    disk.size = 1_000;
    await file.append(line, true);
    expect(disk.data.toString()).toBe(line + line + line);
    expect(file.isDamaged).toBe(false);
  });

  it('ends a file that cannot be examined any more', async () => {
    const disk = new SmallDisk(50);
    const file = new LogFile(disk, 0);
    expect(await file.isDeleted()).toBe(false);
    disk.stat = (() => Promise.reject(new Error('stale file handle'))) as LogHandle['stat'];
    expect(await file.isDeleted()).toBe(true);
  });

  it('ends a file from which a part of a line cannot be removed', async () => {
    const disk = new SmallDisk(50);
    disk.canTruncate = false;
    const file = new LogFile(disk, 0);
    await expect(file.append('x'.repeat(60), false)).rejects.toThrow('no space');
    expect(file.isDamaged).toBe(true);
  });

  /** A file system of 64 KiB in memory; only root may mount one. */
  const mounted = ((): string | undefined => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'nanook-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
      return folder;
    } catch {
      rmSync(folder, { recursive: true });
      return undefined;
    }
  })();

  it.skipIf(mounted === undefined)(
    'keeps the records in memory, reports it once, and stores them when there is space again (needs root on Linux)',
    async () => {
      const folder = mounted!;
      try {
        const ballast = join(folder, 'ballast');
        writeFileSync(ballast, Buffer.alloc(48 * 1_024));
        const { log, authorizer, errors } = await logged({ sinks: [jsonLines({ folder })], batchSize: 10 });
        checkMany(authorizer, 100);
        await vi.waitFor(() => expect(log.status[0]!.error).toMatchObject({ code: 'ENOSPC' }));
        const { stored, waiting } = log.status[0]!;
        expect(stored).toBeGreaterThan(0);
        expect(stored + waiting).toBe(100);
        // An attempt that goes on while the test reads has written a part of its batch.
        const readable = idsIn(folder).size;
        expect(readable).toBeGreaterThanOrEqual(stored);
        expect(readable).toBeLessThan(stored + 10);
        rmSync(ballast);
        await log.close();
        expect(idsIn(folder)).toEqual(new Set(numbers(100).map(Number)));
        expect(errors.map(({ code }) => code)).toEqual(['NANOOK_LOG_SINK_FAILED']);
      } finally {
        // A scanner of the system may still have the folder open.
        execFileSync('umount', ['-l', folder]);
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('a process that ends', () => {
  it('has stored every record that flush confirmed, even when kill -9 ended it', async () => {
    const folder = newFolder();
    for (const round of testedRepetitions([0, 1, 2])) {
      const running = startLogging(folder, 'forever');
      const before = idsIn(folder).size;
      // oxlint-disable-next-line no-await-in-loop -- one process after the other
      await vi.waitFor(() => expect(running.confirmed()).toBeGreaterThan(2_000 + round * 77), {
        timeout: 30_000,
        interval: 5,
      });
      running.child.kill('SIGKILL');
      // oxlint-disable-next-line no-await-in-loop -- as above
      await running.exit;
      const stored = new Set(
        recordsOfProcess(folder, running.child.pid!).map(({ resource }) => Number(resource!.id)),
      );
      const lost = Array.from({ length: running.confirmed() }, (_, i) => i + 1).filter(
        (id) => !stored.has(id),
      );
      expect(lost).toEqual([]);
      expect(before).toBeGreaterThanOrEqual(0);
    }
    // Half a line at the end of a file does not disturb a reader.
    expect((await readDecisions(jsonLines({ folder }), { take: 10 })).records).toHaveLength(10);
  });

  it.each(['exit', 'exit at once', 'throw'] as const)(
    'by %s has stored every record, also those that were being written, once by id',
    async (mode) => {
      const folder = join(newFolder(), 'new');
      const running = startLogging(folder, mode);
      await running.exit;
      expect(running.confirmed()).toBe(500);
      const found: string[] = [];
      let after: string | null = null;
      do {
        // oxlint-disable-next-line no-await-in-loop -- one page after the other
        const page = await readDecisions(jsonLines({ folder }), { take: 77, order: 'oldest', after });
        found.push(...page.records.map(({ resource }) => resource!.id!));
        after = page.next;
      } while (after !== null);
      expect(found).toHaveLength(500);
      expect(new Set(found)).toEqual(new Set(numbers(500)));
    },
    60_000,
  );
});

function recordsOfProcess(folder: string, pid: number): DecisionRecord[] {
  return readdirSync(folder)
    .filter((name) => name.includes(`-${pid}-`))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as DecisionRecord);
}
