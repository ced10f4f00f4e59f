import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorize } from '../index.js';
import { notesApp } from '../testing/notes.fixture.js';

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());

/** Sends a request to a handler that lists rows without a database, which is an error of the application. */
async function askWithFault(server: Parameters<typeof notesApp>[1]): Promise<number> {
  const { app, ask } = await notesApp({ actor: () => 'ann' }, server);
  app.get('/fault', { preHandler: authorize('create', 'Note') }, ({ authz }) => authz.list('read', 'Note'));
  return (await ask('/fault')).status;
}

describe('an error that became a 500', () => {
  it('reaches the console in an application without a logger', async () => {
    expect(await askWithFault({ logger: false })).toBe(500);
    expect(console.error).toHaveBeenCalledOnce();
  });

  it('reaches only the logger if the application has one', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(line: Buffer, _encoding, done) {
        lines.push(line.toString());
        done();
      },
    });
    expect(await askWithFault({ logger: { level: 'error', stream } })).toBe(500);
    expect(lines).toHaveLength(1);
    expect(console.error).not.toHaveBeenCalled();
  });

  it('does not reach the console with a silent logger', async () => {
    expect(await askWithFault({ logger: { level: 'silent' } })).toBe(500);
    expect(console.error).not.toHaveBeenCalled();
  });
});
