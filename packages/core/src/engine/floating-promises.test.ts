import { afterEach, beforeEach, expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../aot/compiled.js';
import { Authorizer } from '../index.js';

// While a check waits for one promise of a collection, another one may be rejected. Node ends the process for a rejection without a handler.

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const slow = () => wait(6).then(() => 1);
const rejected = () => Promise.reject(new Error('late'));

class Note {
  readonly known = { a: 1, b: 2 };
  /** Attributes are made when they are read: nothing else handles their promises. */
  get items() {
    return [slow(), rejected()];
  }
  /** Set for the condition that reads it. */
  data: unknown = undefined;
  list() {
    return [slow(), rejected()];
  }
  set() {
    return new Set([slow(), rejected()]);
  }
  nested() {
    return [[slow()], [rejected()]];
  }
  row() {
    return { a: slow(), b: rejected() };
  }
  rows() {
    return [{ a: slow() }, { a: rejected() }];
  }
}

const conditions = {
  attribute: 'x in n.items and x = 1',
  data: 'x in n.data and x = 1',
  list: 'x in n.list() and x = 1',
  member: '1 in n.list()',
  not: 'not (x in n.list() and x = 2)',
  forall: 'forall(x in n.list(), x = 2)',
  call: 'x in n.list() and one(x)',
  set: 'x in n.set() and x = 1',
  equal: '[1, 2] = n.list()',
  nested: '[1] in n.nested()',
  pattern: 'x in n.rows() and x matches {a: 1}',
  attributeOfItem: 'x in n.rows() and x.a = 1',
  row: 'n.row() = n.known',
  pairs: '["a", 1] in n.row()',
};
const policies = `
  ${Object.entries(conditions)
    .map(([action, condition]) => `allow(_, "${action}", n: Note) if n = n and ${condition};`)
    .join('\n  ')}
  one(1);
`;
const options = { policies, types: { Note }, onWarning: () => {} };

async function compiledAheadOfTime(): Promise<CompiledAuthorizer> {
  const module = { exports: undefined as unknown as PolicyModule };
  const text = await compilePolicy({ ...options, format: 'cjs' });
  // oxlint-disable-next-line typescript/no-implied-eval -- the text is under test
  (new Function('module', `"use strict";\n${text}`) as (target: object) => void)(module);
  return CompiledAuthorizer.load(module.exports, { types: { Note } });
}

const engines = {
  machine: () => Authorizer.load({ ...options, engine: 'machine' }),
  source: () => Authorizer.load({ ...options, engine: 'source' }),
  closures: () => Authorizer.load({ ...options, engine: 'closures' }),
  'ahead of time': compiledAheadOfTime,
};

let unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', note);
});
afterEach(() => void process.off('unhandledRejection', note));

it.each(Object.entries(engines))(
  'handles every promise of a collection while a check waits for one of them (%s)',
  async (_engine, load) => {
    const authorizer = await load();
    const floating: string[] = [];
    for (const action of Object.keys(conditions))
      // The first asynchronous check meets the promises in code that does not wait for them.
      for (const how of ['can', 'can', 'canSync'] as const) {
        unhandled = [];
        const resource = new Note();
        // A synchronous check of data that holds promises is a mistake: only the promises that a policy loads are handled there.
        if (action === 'data' && how === 'can') resource.data = [slow(), rejected()];
        try {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await authorizer[how](1, action, resource);
        } catch {
          // A rejected element, or a promise in a synchronous check.
        }
        // oxlint-disable-next-line no-await-in-loop -- the promises are settled meanwhile
        await wait(10);
        if (unhandled.length > 0) floating.push(`${action}, ${how}`);
      }
    expect(floating).toEqual([]);
  },
);
