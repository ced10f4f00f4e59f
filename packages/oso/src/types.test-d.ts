import { describe, expectTypeOf, it } from 'vitest';
import type { Adapter, Class, Datum, Dict, Filter, FilterCondition, Immediate, Projection } from './index.js';
import { Oso, Relation, Variable } from './index.js';
import type { QueryOpts } from './types.js';

class User {
  constructor(readonly name: string) {}
}
class Repo {
  constructor(readonly id: number) {}
}
type Action = 'read' | 'write';

describe('code with the types of oso', () => {
  it('compiles with all type parameters of Oso', () => {
    const oso = new Oso<User, Action, Repo, 'id' | 'name', Request, Filter>({ readAction: 'read' });
    expectTypeOf<Parameters<(typeof oso)['isAllowed']>>().toEqualTypeOf<[User, Action, Repo]>();
    expectTypeOf(oso.authorizedActions(new User('ann'), new Repo(1))).resolves.toEqualTypeOf<
      Set<Action | '*'>
    >();
    expectTypeOf(oso.authorizedFields(new User('ann'), 'read', new Repo(1))).resolves.toEqualTypeOf<
      Set<'id' | 'name' | '*'>
    >();
    expectTypeOf(oso.authorizedResources(new User('ann'), 'read', Repo)).resolves.toEqualTypeOf<Repo[]>();
    expectTypeOf(oso.authorizedQuery(new User('ann'), 'read', 'Repo')).resolves.toEqualTypeOf<Filter>();
    // @ts-expect-error -- `fly` is not an action
    void oso.isAllowed(new User('ann'), 'fly', new Repo(1));
  });

  it('compiles without type parameters', () => {
    const oso = new Oso();
    const cls: Class = User;
    oso.registerClass(cls, {
      name: 'User',
      fields: { name: String, repos: new Relation('many', 'Repo', 'id', 'ownerId') },
      isaCheck: (value) => value.kind === 'user',
    });
    oso.registerClass(Repo, { fields: new Map<string, Class | Relation>([['id', Number]]) });
    expectTypeOf(oso.query('f(x)')).toEqualTypeOf<
      AsyncGenerator<Map<string, unknown>, void, undefined | void>
    >();
    const options: QueryOpts = { acceptExpression: true, bindings: new Map() };
    void oso.queryRule(options, 'f', new Variable('x'));
  });

  it('compiles an adapter', () => {
    const adapter: Adapter<string, Repo> = {
      buildQuery: ({ model, conditions }: Filter) => `${model} ${conditions.length}`,
      executeQuery: (query) => Promise.resolve([new Repo(query.length)]),
    };
    new Oso<unknown, unknown, Repo, unknown, unknown, string>().setDataFilteringAdapter(adapter);
    expectTypeOf<Datum>().toEqualTypeOf<Projection | Immediate>();
    expectTypeOf<FilterCondition['lhs']>().toEqualTypeOf<Datum>();
    expectTypeOf<Dict['key']>().toEqualTypeOf<unknown>();
  });

  it('compiles a subclass', () => {
    class Guarded extends Oso {
      override async isAllowed(actor: unknown, action: unknown, resource: unknown): Promise<boolean> {
        return super.isAllowed(actor, action, resource);
      }
    }
    expectTypeOf(new Guarded()).toExtend<Oso>();
  });
});
