import type { Scenario } from './both-libraries.fixture.js';

// Errors of a query, with the conditions that led to them.

class Part {
  readonly inner = { size: 1 };
  constructor(readonly label: string) {
    if (label === 'broken') throw new TypeError('a broken part');
  }
  same(value: unknown): unknown {
    return value;
  }
  itself(): this {
    return this;
  }
  fails(): never {
    throw new TypeError('no such tool');
  }
}

const policy = `
  holds(1);
  pair(_, _);
  lacks(p) if p.lost;
  lacks_one(p) if p.lost = 1;
  lacks_late(p) if holds(1) and p.lost = 1;
  calls_lacks(p) if p.label = "saw" and lacks(p);
  passes_lost(p) if holds(1) and pair(p.label, p.lost);
  either(p) if holds(2) or p.lost;
  nested(p) if p.itself().inner.lost = 1;
  iterates(x) if 1 in x;
  iterates_later(x) if y = x and iterates(y);
  is_true(x) if x;
  is_not_true(p) if not holds(2) and not p.same("text");
  size(x) if x.size = 1;
  sum(x) if x + 1 = 2;
`;

const failing = (text: string, ...args: readonly unknown[]): Scenario => {
  return async (library) => {
    const oso = new library.Oso();
    oso.registerClass(Part as never);
    oso.registerConstant(new Part('saw'), 'saw');
    oso.registerConstant(undefined, 'undefined');
    await oso.loadStr(policy, 'parts.polar');
    const results = args.length === 0 ? oso.query(text) : oso.queryRule(text, ...args);
    const found: unknown[] = [];
    for await (const result of results) found.push(result);
    return found;
  };
};

const queries = [
  'saw.lost',
  'saw.lost = 1',
  '1 = saw.inner.lost',
  'saw.label = saw.lost',
  'holds(1) and saw.inner.lost = 1',
  'holds(1) and saw.label > saw.lost',
  'holds(1) and saw.label + saw.lost = 2',
  'holds(1) and x = 1 + saw.lost * 2',
  'holds(1) and new Part(saw.lost) = x',
  'pair(saw.inner.size, saw.inner.lost)',
  'holds(1) and (holds(1) and saw.lost)',
  '(holds(1) and saw.lost) and holds(1)',
  'holds(2) or saw.lost = 1',
  'saw.same(saw.label).lost',
  'saw.itself().same(saw.lost)',
  'x in saw.lost',
  'x = {key: saw.lost}',
  'saw.lost matches Part',
  'new Part("axe").tool()',
  'new Part("axe").tool() = x',
  'new Part("broken") = x',
  'saw.fails()',
  'holds(1) and saw.same(saw.fails()) = 1',
  'not saw.same("text")',
  'saw.same("text")',
  'saw.label',
  'saw',
  'x = "text" and x',
  'x = 3 and 1 in x',
  'x in [3, 4] and 1 in x',
  '1 in true',
  'x in saw.same(3)',
  'b = true and b.size',
  'true.constructor',
  'undefined.size',
  'undefined',
  'undefined = nil',
  '"text" + 1 = x',
  'lacks(saw)',
  'lacks_one(saw)',
  'lacks_late(saw)',
  'calls_lacks(saw)',
  'passes_lost(saw)',
  'either(saw)',
  'nested(saw)',
  'iterates(2)',
  'iterates_later(2)',
  'iterates_later(saw.inner.size)',
  'is_true([1])',
  'is_not_true(saw)',
  'size(true)',
  'sum("text")',
];

export const traceScenarios: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(queries.map((text) => [`trace: ${text}`, failing(text)])),
  'trace: a rule with a value of the application': failing('calls_lacks', new Part('saw')),
  'trace: a rule with a number': failing('iterates_later', 2),
  'trace: a rule with a text as a condition': failing('is_true', 'text'),
  ...Object.fromEntries(
    ['type is_part(p: Part, p.label);', 'type is_part(1 + 1, _);', 'is_part(p: Part, p.label);'].map(
      (text) => [
        `computed parameters: ${text}`,
        async (library) => {
          const oso = new library.Oso();
          oso.registerClass(Part as never);
          return oso.loadStr(text, 'types.polar');
        },
      ],
    ),
  ),
  ...Object.fromEntries(
    ['isAllowed', 'authorizedActions', 'authorizedQuery'].flatMap((method) =>
      ['role in part.roles', 'relation to part.whole'].map((lost): [string, Scenario] => [
        `trace: ${method} with a ${lost} that is missing, through blocks`,
        async (library) => {
          const oso = new library.Oso();
          class Worker {}
          class Whole {}
          for (const cls of [Worker, Whole, Part]) oso.registerClass(cls as never);
          await oso.loadStr(
            `actor Worker {}
             resource Whole { roles = ["owner"]; }
             resource Part {
               roles = ["user"];
               permissions = ["cut"];
               relations = { whole: Whole };
               "cut" if "user";
               "user" if "owner" on "whole";
             }
             allow(actor, action, resource) if has_permission(actor, action, resource);
             has_role(actor: Worker, name: String, whole: Whole) if ${lost.startsWith('role') ? 'actor.lost = name and ' : ''}whole.x = actor.x;
             has_relation(whole: Whole, "whole", part: Part) if ${lost.startsWith('role') ? 'part.whole' : 'part.lost'} = whole;`,
          );
          const part = Object.assign(new Part('saw'), { whole: new Whole() });
          if (method === 'isAllowed') return oso.isAllowed(new Worker(), 'cut', part);
          if (method === 'authorizedActions') return oso.authorizedActions(new Worker(), part);
          return oso.authorizedQuery(new Worker(), 'cut', Part as never);
        },
      ]),
    ),
  ),
  'trace: an inline query': async (library) => {
    const oso = new library.Oso();
    oso.registerConstant({ a: 1 }, 'one');
    return oso.loadStr('holds(1);\n?= holds(1) and one.b = 1;', 'inline.polar');
  },
};
