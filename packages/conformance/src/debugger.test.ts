import { readdirSync, readFileSync } from 'node:fs';
import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { sampledUnlessAll } from '../../../tools/test-scope.ts';
import { Debugger } from '@nanook/core/debug';
import { InspectedQueryRunner } from '../../core/src/debug/debug-authorizer.ts';
import type { QueryInspector } from '../../core/src/authorization/loaded-policy.ts';
import { execute, resolveEngine, type Case } from '../corpus/harness.mjs';
import * as engineModule from './engine.ts';

const at = (path: string) => new URL(path, import.meta.url);
/** The cases in which a query runs. */
const cases = readdirSync(at('../corpus/cases'))
  .flatMap((file) => JSON.parse(readFileSync(at(`../corpus/cases/${file}`), 'utf8')) as Case[])
  .filter(({ expect: { loadError, registerError, loads } }: Case & { readonly expect: Outcome }) =>
    [loadError, registerError, loads].every((outcome) => outcome === undefined),
  );

interface Outcome {
  readonly loadError?: unknown;
  readonly registerError?: unknown;
  readonly loads?: unknown;
}

const tested = sampledUnlessAll(cases, 20);

/** The number of stops of one query. Some queries of the corpus have 100,000 steps. */
const maxStops = 60;

let stops = 0;

/** An authorizer whose queries stop at each goal, go back, and go on. */
class SteppedAuthorizer extends Authorizer {
  protected static override readonly inspector = (): Promise<QueryInspector> => {
    const debug = new Debugger();
    const seen = new Map<number, number>();
    debug.listen({
      stopped: ({ query, isEarlier }) => {
        stops++;
        const count = (seen.get(query) ?? 0) + 1;
        seen.set(query, count);
        if (count === 1) void debug.stopAtNextQuery();
        void debug.move(
          query,
          count > maxStops ? 'continue' : !isEarlier && count % 3 === 0 ? 'back' : 'into',
        );
      },
      passed: () => {},
      ended: () => {},
      logged: () => {},
    });
    void debug.stopAtNextQuery();
    return Promise.resolve({
      runnerFor: (context, limits) => new InspectedQueryRunner(context, limits, debug),
    });
  };
}

class SteppedOso extends engineModule.Oso {
  protected override createAuthorizer(options: AuthorizerOptions): Promise<Authorizer> {
    return SteppedAuthorizer.load(options);
  }
}

const engine = resolveEngine(engineModule);
const stepped = resolveEngine(engineModule, { Oso: SteppedOso });

describe('a query that a debugger steps through', () => {
  for (const topic of new Set(tested.map((c) => c.topic)))
    it.each(tested.filter((c) => c.topic === topic))(
      'has the answers of one without a debugger: $id',
      async (testCase) => {
        expect(await execute(stepped, testCase)).toEqual(await execute(engine, testCase));
      },
      // Some queries run until a limit ends them.
      60_000,
    );

  it('has stopped', () => {
    expect(cases.length).toBeGreaterThan(2_000);
    expect(stops).toBeGreaterThan(4 * tested.length);
  });
});
