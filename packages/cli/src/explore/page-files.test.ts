import { describe, expect, it } from 'vitest';
import { enterFolder } from '../testing/run.fixture.js';
import { readPageFiles } from './page-files.js';

describe('readPageFiles', () => {
  it('returns the page, its scripts and its styles by their paths, and no other file', async () => {
    await enterFolder({
      'page/explorer.html': '<!doctype html>',
      'page/assets/a.js': 'let a',
      'page/assets/a.css': 'a {}',
      'page/assets/a.js.map': '{}',
      'page/.env': 'SECRET=1',
    });
    const files = await readPageFiles(['missing', 'page']);
    expect(Object.fromEntries([...files].map(([path, { type }]) => [path, type]))).toEqual({
      '/': 'text/html; charset=utf-8',
      '/assets/a.css': 'text/css; charset=utf-8',
      '/assets/a.js': 'text/javascript; charset=utf-8',
    });
    expect(String(files.get('/assets/a.js')!.content)).toBe('let a');
  });

  it('throws a message about the build where the page is missing', async () => {
    await expect(readPageFiles(['missing'])).rejects.toThrow('run: npm run build');
  });
});
