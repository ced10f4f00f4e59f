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
import { LoggingMachine } from './logging-machine.js';
import { QueryRun } from './query-run.js';

/** Runs a query to its end, and returns the names of the rules that the log shows as entered. */
function entered(policy: string, query: string): string[] {
  const types = new TypeTable();
  const report = new Report();
  const program = link(buildPolicy([new Source(policy)], types, report)!, types);
  const names: string[] = [];
  const log = {
    called: () => {},
    entered: ({ name }: { readonly name: string }) => void names.push(name),
    answered: () => {},
  };
  const run = new QueryRun(
    {
      program,
      typeSets: new TypeSets(types),
      members: memberContext(types),
      equality: 'identity',
      indexes: new Map(),
      print: () => {},
    },
    linkQuery(parseQuery(new Source(query), report)!, program),
    new Map(),
    {
      limits: defaultLimits,
      signal: undefined,
      acceptExpression: false,
      createMachine: (...args) => new LoggingMachine(log, ...args),
    },
  );
  while (run.nextSync());
  return names;
}

describe('LoggingMachine', () => {
  it('logs each rule once when it is entered, and not again after a callee has failed', () => {
    expect(entered('f(x) if g(x) or x = 2; g(x) if x = 1;', 'f(2)')).toEqual(['f', 'g']);
  });

  it('logs the rules in the order in which they are tried', () => {
    expect(entered('f(x) if g(x); f(x) if h(x); g(1); g(2); h(2);', 'f(2)')).toEqual(['f', 'g', 'f', 'h']);
  });
});
