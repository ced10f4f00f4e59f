import { describe, expect, it } from 'vitest';
import { Report } from '../../diagnostics/report.js';
import { Source } from '../../diagnostics/source.js';
import { textOf } from '../../diagnostics/span.js';
import { memberContext } from '../../host/member.js';
import { TypeSets } from '../../host/type-set.js';
import { link, linkQuery } from '../../ir/link.js';
import { buildPolicy } from '../../policy/build-policy.js';
import { parseQuery } from '../../syntax/parser.js';
import { TypeTable } from '../../types/type-table.js';
import { defaultLimits } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { QueryRun, type QueryRunOptions } from './query-run.js';

function run(policy: string, query: string, pausesAt: QueryRunOptions['pausesAt'] & string): QueryRun {
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
    pausesAt,
  });
}

describe('steps', () => {
  it('pauses before every goal and at every answer', () => {
    const steps = [...run('f(x) if x > 1 and g(x); g(2); g(3);', 'x in [1, 2] and f(x)', 'goal').steps()];
    expect(
      steps.map((s) =>
        s.kind === 'pause' ? `${s.depth} ${s.rule ?? 'query'}: ${textOf(s.span)}` : s.bindings.get('x'),
      ),
    ).toEqual([
      '0 query: x in [1, 2]',
      '0 query: x in [1, 2]',
      '0 query: f(x)',
      '1 f: x > 1',
      '0 query: x in [1, 2]',
      '0 query: f(x)',
      '1 f: x > 1',
      '1 f: g(x)',
      2,
    ]);
  });

  it('pauses only at debug with pausesAt: debug', () => {
    const steps = [...run('f(x) if x = 1 and debug() and x = x;', 'f(x)', 'debug').steps()];
    expect(steps.map((s) => (s.kind === 'pause' ? [s.rule, textOf(s.span)] : s.bindings.get('x')))).toEqual([
      ['f', 'debug()'],
      1,
    ]);
  });
});
