import { createRequire } from 'node:module';
import * as expressions from '../expression.js';
import * as hosts from '../host.js';
import * as patterns from '../pattern.js';
import * as engines from '../polar-wasm-api.js';
import * as predicates from '../predicate.js';
import * as types from '../types.js';
import { nanook, type Library, type Scenario } from './both-libraries.fixture.js';
import { ann, Org, User } from './world.fixture.js';

const require = createRequire(import.meta.url);

/** The inner modules of this package, or those of oso. */
const innerOf = (library: Library) => {
  const own = {
    ...expressions,
    ...hosts,
    ...patterns,
    ...predicates,
    Dict: types.Dict,
    FfiPolar: engines.Polar,
  };
  if (library === nanook) return own;
  const inner = (name: string): object => require(`oso/dist/src/${name}`) as object;
  const { Polar: FfiPolar } = inner('polar_wasm_api') as typeof engines;
  return {
    ...Object.assign({}, ...['Expression', 'Host', 'Pattern', 'Predicate', 'types'].map(inner)),
    FfiPolar,
  } as typeof own;
};

class Unregistered {}
const promised = Promise.resolve(5);

type HostOfBoth = hosts.Host<never, never>;

/** Makes a host in the way of an application that uses it without an `Oso`. */
function hostOf(library: Library, acceptExpression = true): HostOfBoth {
  const { Host, FfiPolar } = innerOf(library);
  const host: HostOfBoth = new Host(new FfiPolar(), { acceptExpression, equalityFn: (x, y) => x === y });
  host.cacheClass(User as never);
  host.cacheClass(Org as never, { fields: { owner: User as never, owners: Array } });
  return host;
}

const classOfError = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'no error';
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
};

/** The methods of `Host` for terms and for kept values. */
export const hostScenarios: Readonly<Record<string, Scenario>> = {
  'the terms of values and the values of terms': async (library) => {
    const { Dict, Expression, Pattern, Predicate } = innerOf(library);
    const host = hostOf(library);
    const fields = new Dict({ n: 1, list: ['a', false] });
    const values = [
      true,
      2,
      2.5,
      Infinity,
      -Infinity,
      NaN,
      '',
      [1, [2]],
      null,
      undefined,
      7n,
      Symbol.for('s'),
      fields,
      new Pattern({ fields }),
      new Pattern({ tag: 'Org', fields }),
      new library.Variable('v'),
      new Predicate('f', [1, ann]),
      new Expression('Gt', [new library.Variable('v'), 3]),
      ann,
      User,
      Unregistered,
      { plain: 1 },
      new Map([[1, new Set([2])]]),
      promised,
    ];
    const terms = values.map((value) => host.toPolar(value));
    return [terms, await Promise.all(terms.map((term) => host.toJs(term)))];
  },
  'a pattern whose fields are a plain object': (library) => {
    const { Pattern } = innerOf(library);
    const host = hostOf(library);
    return [undefined, 'Org'].map((tag) => host.toPolar(new Pattern({ tag, fields: { n: 1 } as never })));
  },
  'a constraint that is not accepted, and a text that is no float': (library) => {
    const { Expression } = innerOf(library);
    const host = hostOf(library, false);
    return Promise.all([
      classOfError(() => host.toJs(host.toPolar(new Expression('Eq', [1, 1])))),
      classOfError(() => host.toJs({ value: { Number: { Float: 'many' } } })),
    ]);
  },
  'kept values': async (library) => {
    const host = hostOf(library);
    const id = host.cacheInstance(ann);
    host.cacheInstance('first', 90);
    host.cacheInstance('second', 90);
    return [
      host.getInstance(id) === ann,
      host.cacheInstance(1) > id,
      [id, 90, 91].map((each) => host.hasInstance(each)),
      host.instances(),
      await classOfError(() => host.getInstance(91)),
    ];
  },
  'an instance of a registered class': async (library) => {
    const oso = new library.Oso();
    oso.registerClass(Org as never);
    const host = oso.getHost();
    await host.makeInstance('Org', [host.toPolar(3), host.toPolar('acme')], 70);
    return [host.getInstance(70), await classOfError(() => host.makeInstance('Team', [], 71))];
  },
  'a copy of a host': async (library) => {
    const { Host, Expression } = innerOf(library);
    const host = hostOf(library, false);
    const copy = Host.clone(host, { acceptExpression: true });
    copy.cacheClass(class Team {} as never);
    const id = copy.cacheInstance(ann);
    return [
      host.hasInstance(id),
      [host, copy].map((each) => each.getType('Team')?.name),
      copy.adapter === host.adapter,
      await copy.toJs(copy.toPolar(new Expression('Eq', [1, 1]))),
    ];
  },
  'the questions about types': async (library) => {
    const host = hostOf(library);
    class Guest extends User {}
    host.cacheClass(Guest as never);
    const id = host.cacheInstance(Promise.resolve(Object.create(Guest.prototype)));
    const names = ['User', 'Guest', 'Org'];
    const isA = names.map((name) => host.isa(host.toPolar(ann), name));
    const isBefore = names.flatMap((one) => names.map((other) => host.isSubspecializer(id, one, other)));
    const paths = [[], ['owner'], ['owners'], ['missing'], ['owner', 'missing']];
    const ends = paths.map((path) =>
      host.isaWithPath(
        'Org',
        path.map((step) => host.toPolar(step)),
        'User',
      ),
    );
    return [
      await Promise.all([...isA, ...isBefore, ...ends]),
      await classOfError(() => host.isa(host.toPolar(1), 'Team')),
      await classOfError(() => host.isaWithPath('Org', [host.toPolar(1)], 'User')),
    ];
  },
  'the comparisons of values': (library) => {
    const host = hostOf(library);
    const operators = ['Eq', 'Neq', 'Geq', 'Gt', 'Leq', 'Lt'] as const;
    const pairs = [
      [1, 2],
      [2, 2],
      ['b', 'a'],
      [new Date(1), new Date(1)],
      [ann, ann],
      [undefined, 1],
    ];
    return Promise.all(
      pairs.flatMap((pair) => {
        const [left, right] = pair.map((value) => host.toPolar(value)) as [never, never];
        return operators.map((operator) => host.externalOp(operator, left, right));
      }),
    );
  },
};
