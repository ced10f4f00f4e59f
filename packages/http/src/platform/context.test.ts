import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SynchronousContext, createContext } from './context.js';

describe('createContext', () => {
  it('keeps the value in asynchronous code, where the runtime can', async () => {
    const context = createContext<string>();
    const seen = await context.run('a', async () => {
      await pause(1);
      return context.getStore();
    });
    expect([seen, context.getStore()]).toEqual(['a', undefined]);
  });
});

describe('SynchronousContext', () => {
  it('has the value until the code returns or throws, and then that of the code around it', () => {
    const context = new SynchronousContext<string>();
    const seen: unknown[] = [];
    context.run('a', () => {
      expect(() =>
        context.run('b', () => {
          seen.push(context.getStore());
          throw new Error('stop');
        }),
      ).toThrow('stop');
      seen.push(context.getStore());
    });
    expect([...seen, context.getStore()]).toEqual(['b', 'a', undefined]);
  });
});
