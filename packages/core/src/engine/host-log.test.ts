import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../aot/compiled.js';
import { Authorizer } from '../index.js';
import { HostLog } from './host-log.js';
import { takeReplay } from './host-replay.js';

describe('HostReplay', () => {
  const unmade = (): never => {
    throw new Error('called again');
  };
  const replayOf = (calls: readonly (readonly [unknown, string, readonly unknown[], unknown])[]) => {
    const log = new HostLog({ startedAt: undefined, called: () => {}, full: () => {} }, Infinity);
    for (const [receiver, name, args, result] of calls) {
      if (args.length === 1) log.noteOne(receiver, name, result, args[0]);
      else log.noteWith(receiver, name, result, args);
    }
    return takeReplay(log)!;
  };

  it('returns recorded results of equal calls in their order, and then makes the call', () => {
    const replay = replayOf([
      ['a', 'f', [], 1],
      ['a', 'f', [1], 2],
      ['a', 'f', [], 3],
      ['a', 'f', [1, 2], undefined],
      ['b', 'f', [], 5],
    ]);
    expect(replay.call('a', 'f', [1], unmade)).toBe(2);
    expect(replay.call('a', 'f', [], unmade)).toBe(1);
    expect(replay.call('a', 'f', [], unmade)).toBe(3);
    expect(replay.call('a', 'f', [], () => 'made')).toBe('made');
    expect(replay.call('a', 'f', [1, 2], unmade)).toBe(undefined);
    expect(replay.call('b', 'f', [], unmade)).toBe(5);
    expect(replay.call('a', 'g', [], () => 'made')).toBe('made');
  });

  it('distinguishes 0 from -0, and finds NaN', () => {
    const replay = replayOf([
      ['a', 'f', [0], 'zero'],
      ['a', 'f', [-0], 'negative'],
      ['a', 'f', [Number.NaN], 'none'],
    ]);
    expect(replay.call('a', 'f', [-0], unmade)).toBe('negative');
    expect(replay.call('a', 'f', [0], unmade)).toBe('zero');
    expect(replay.call('a', 'f', [Number.NaN], unmade)).toBe('none');
  });

  it('throws the recorded error of a call', () => {
    const log = new HostLog({ startedAt: undefined, called: () => {}, full: () => {} });
    log.failed('a', 'f', [], new RangeError('no'));
    expect(() => takeReplay(log)!.call('a', 'f', [], unmade)).toThrow(RangeError);
  });

  // Quadratic, it took a minute.
  it('finds 200,000 calls of one method in linear time', { timeout: 20_000 }, () => {
    const calls = Array.from({ length: 200_000 }, (_, i) => ['a', 'f', [i], i] as const);
    const replay = replayOf(calls);
    const backwards = calls.map((_, i) => calls.length - 1 - i);
    expect(backwards.every((i) => replay.call('a', 'f', [i], unmade) === i)).toBe(true);
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

class Doc {
  big = {};
  constructor(readonly name: string) {}
  holder(): object {
    return this.big;
  }
  fails(): never {
    throw new Error('no');
  }
  later(): Promise<object> {
    return Promise.resolve(this.big);
  }
}
const policies = `
  allow(_, "decided", d: Doc) if h = d.holder() and h = d.big and d.name = "x";
  allow(_, "undecided", d: Doc) if h = d.holder() and h = d.big and h.missing = 1;
  allow(_, "fails", d: Doc) if h = d.holder() and h = d.big and d.fails();
  allow(_, "later", d: Doc) if h = d.holder() and h = d.big and d.later() = h;
`;
const types = { Doc };

async function deciders(): Promise<[string, { can: Authorizer['can'] }][]> {
  const module = { exports: undefined as unknown as PolicyModule };
  const text = await compilePolicy({ policies, types, format: 'cjs' });
  // oxlint-disable-next-line typescript/no-implied-eval -- what is tested is the text
  (new Function('module', `"use strict";\n${text}`) as (target: object) => void)(module);
  const load = (engine: 'source' | 'closures' | 'machine') => Authorizer.load({ policies, types, engine });
  return [
    ['source', await load('source')],
    ['closures', await load('closures')],
    ['machine', await load('machine')],
    ['ahead of time', CompiledAuthorizer.load(module.exports, { types })],
  ];
}

it('keeps no object of the application after a check, on any engine', async () => {
  const kept: string[] = [];
  for (const [engine, decider] of await deciders())
    for (const action of ['decided', 'undecided', 'fails', 'later', 'decided', 'later']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const refs = await (async () => {
        const doc = new Doc('x');
        await decider.can(null, action, doc).catch(() => {});
        return [new WeakRef(doc), new WeakRef(doc.big)];
      })();
      const isKept = () => refs.some((ref) => ref.deref() !== undefined);
      for (let turn = 0; turn < 10 && (turn === 0 || isKept()); turn++) {
        // oxlint-disable-next-line no-await-in-loop -- a turn ends the hold of a WeakRef. Promises of the platform can take a few turns
        await new Promise((resolve) => setTimeout(resolve));
        collect();
      }
      if (isKept()) kept.push(`${engine}: ${action}`);
    }
  expect(kept).toEqual([]);
});

it('reports a full log, and records no further calls', () => {
  let full = 0;
  const log = new HostLog({ startedAt: undefined, called: () => {}, full: () => full++ }, 2);
  for (const result of ['a', 'b', 'c']) log.note('receiver', 'f', result);
  const replay = takeReplay(log)!;
  const results = [1, 2, 3].map(() => replay.call('receiver', 'f', [], () => 'called again'));
  expect({ full, results }).toEqual({ full: 2, results: ['a', 'b', 'called again'] });
});

it('no engine keeps the results of all calls while a query runs, and each calls once', async () => {
  const megabytes = () => {
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  for (const engine of ['source', 'closures', 'machine'] as const) {
    let [made, before, grown] = [0, 0, 0];
    const filler = Array.from({ length: 500 }, (_, i) => i);
    class Folder {
      contents(): unknown {
        made++;
        if (made === 1) before = megabytes();
        if (made === 40_000) grown = megabytes() - before;
        return [...filler];
      }
    }
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const authorizer = await Authorizer.load({
      policies: 'allow(_, _, f: Folder) if _ in f.items and f.contents() = 1;',
      types: { Folder },
      limits: { timeoutMs: 60_000 },
      engine,
    });
    const items = Array.from({ length: 50_000 }, (_, i) => i);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect(await authorizer.can(null, 'read', Object.assign(new Folder(), { items }))).toBe(false);
    expect(made).toBe(50_000);
    // All results would be 160 megabytes.
    expect(grown).toBeLessThan(110);
  }
});
