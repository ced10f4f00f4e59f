import { describe, expect, it } from 'vitest';
import { Report } from '../../diagnostics/report.js';
import { Source } from '../../diagnostics/source.js';
import { memberContext } from '../../host/member.js';
import { TypeSets } from '../../host/type-set.js';
import { link, linkQuery } from '../../ir/link.js';
import { buildPolicy } from '../../policy/build/build-policy.js';
import { parseQuery } from '../../syntax/parser.js';
import { TypeTable } from '../../types/type-table.js';
import { defaultLimits } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { Machine } from '../machine/machine.js';
import { QueryRun } from './query-run.js';

function steppedRun(policy: string, query: string): QueryRun {
  const types = new TypeTable();
  const report = new Report();
  const program = link(buildPolicy([new Source(policy)], types, report)!, types);
  const context: ProgramContext = {
    program,
    typeSets: new TypeSets(types),
    members: memberContext(types),
    equality: 'identity',
    indexes: new Map(),
    print: () => {},
  };
  const term = parseQuery(new Source(query), report)!;
  return new QueryRun(context, linkQuery(term, program), new Map(), {
    limits: defaultLimits,
    signal: undefined,
    acceptExpression: false,
    createMachine: (context, query, slots, options) =>
      new Machine(context, query, slots, { ...options, isSteppedThrough: true }),
  });
}

describe('QueryRun', () => {
  const policy = 'f(x) if x > 1 and debug() and g(x); g(2); g(3);';
  const states = [
    'pause',
    'pause',
    'pause',
    'pause',
    'pause',
    'pause',
    'pause',
    'pause',
    'pause',
    'answer',
    'end',
  ];

  it('pauses before each goal of a machine that is stepped through', async () => {
    const [sync, async] = [
      steppedRun(policy, 'x in [1, 2] and f(x)'),
      steppedRun(policy, 'x in [1, 2] and f(x)'),
    ];
    for (const state of states) {
      expect(sync.stepSync()).toBe(state);
      expect(await async.step()).toBe(state);
    }
  });

  it('pauses again before a goal that is proved for the next element', () => {
    const run = steppedRun('', 'x in [1, 2]');
    const found = Array.from({ length: 6 }, () => run.stepSync());
    expect(found).toEqual(['pause', 'pause', 'answer', 'pause', 'answer', 'end']);
  });

  it('runs to the next answer with next', async () => {
    const run = steppedRun(policy, 'x in [1, 2, 3] and f(x)');
    expect([await run.next(), run.nextSync(), run.nextSync()]).toEqual([true, true, false]);
  });
});
