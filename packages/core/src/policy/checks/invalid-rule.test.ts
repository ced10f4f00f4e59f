import { describe, expect, it } from 'vitest';
import { TypeTable } from '../../types/type-table.js';
import { diagnoseAll, diagnoseWith } from '../diagnose.fixture.js';

class User {}
class Bot {}
class Repo {}
const diagnose = diagnoseWith(new TypeTable({ User, Bot, Repo }));

const code = 'POLAR_CHECK_INVALID_RULE';

describe('invalid-rule', () => {
  it('reports every rule that matches none of its types, with the reasons', () => {
    expect(diagnose`
      type f(_: Integer);
      type f(_: String, _);
      f(1);
      f("a");
      f(_) if true;
    `).toEqual([
      {
        code,
        at: '4:1',
        data: {
          rule: 'f("a");',
          reasons: [
            { type: 'type f(_: Integer{});', reason: 'the parameter `"a"` is not of type `Integer`' },
            {
              type: 'type f(_: String{}, _);',
              reason: 'the rule has 1 parameter, and the rule type has 2',
            },
          ],
          hint: undefined,
        },
      },
      {
        code,
        at: '5:1',
        data: {
          rule: 'f(_) if true;',
          reasons: [
            {
              type: 'type f(_: Integer{});',
              reason: 'the parameter `_` must be of type `Integer`, as in `_: Integer`',
            },
            {
              type: 'type f(_: String{}, _);',
              reason: 'the rule has 1 parameter, and the rule type has 2',
            },
          ],
          hint: undefined,
        },
      },
    ]);
  });

  it('reports entry points with a wrong number of parameters', () => {
    expect(
      diagnose`
        allow(1, 2);
        allow(1, 2, 3);
        allow_field(1, 2, 3, 4);
        allow_field(1, 2, 3);
        allow_request(1);
      `.map(({ at }) => at),
    ).toEqual(['1:1', '4:1', '5:1']);
  });

  it('reports has_role and has_relation rules that no block declares, and suggests the missing block', () => {
    const found = diagnose`
      actor User {}
      resource Repo { roles = ["r"]; relations = { owner: User }; }
      has_role(_: User, "r", _: Repo);
      has_role(_: Bot, "r", _: Repo);
      has_relation(_: User, "owner", _: Repo);
      has_relation(_: Bot, "owner", _: Repo);
      has_relation(_: User, "maker", _: Repo);
      allow(a, b, c) if has_permission(a, b, c);
      has_permission(_: User, "p", _: Repo);
    `;
    expect(found.map(({ at }) => at)).toEqual(['4:1', '6:1', '7:1']);
    expect(found[0]!.data).toEqual({
      rule: 'has_role(_: Bot{}, "r", _: Repo{});',
      reasons: [
        {
          type: 'type has_role(actor: Actor{}, role: String{}, resource: Resource{});',
          reason: 'the parameter `_: Bot` is not of type `Actor`',
        },
      ],
      hint: 'if a `Bot` is an actor, declare it at the top of the policy: `actor Bot {}`',
    });
  });

  it('accepts every rule whose name has no rule type', () => {
    expect(diagnose`
      has_role("a", "b", "c");
      has_relation(_, "r", _);
    `).toEqual([]);
  });

  it('lists the most similar types when there are many', () => {
    const many = Array.from({ length: 20 }, (_, i) => `type f(${i}, 1);`).join('\n');
    const [found] = diagnoseAll([`${many}\nf(13, 2);`]);
    const { reasons } = found!.data as { reasons: { type: string }[] };
    expect([reasons.length, reasons[0]!.type]).toEqual([4, 'type f(13, 1);']);
  });
});
