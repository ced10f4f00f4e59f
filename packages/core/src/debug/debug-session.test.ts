import { describe, expect, it } from 'vitest';
import { Authorizer, secret } from '../index.js';
import {
  createDebugSession,
  Debugger,
  debugQuery,
  type BreakpointSettings,
  type DebugSession,
  type Halt,
  type Progress,
  type StopView,
  type ValueView,
} from './index.js';

class Team {
  constructor(readonly name: string) {}
}
class User {
  readonly lead = new Team('red');
  constructor(readonly name: string) {}
  teams(): readonly Team[] {
    return [new Team('red'), new Team('blue')];
  }
}
/** A user whose members are promises. */
class Remote {
  readonly name = 'ann';
  get lead(): Promise<Team> {
    return Promise.resolve(new Team('red'));
  }
  teams(): Promise<readonly Team[]> {
    return Promise.resolve([new Team('red'), new Team('blue')]);
  }
}

async function sessionOf(
  policy: string,
  query: string,
  breakpoints: BreakpointSettings = {},
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<DebugSession> {
  const authorizer = await Authorizer.load({
    policies: { name: 'main.polar', source: policy },
    types: { User, Team },
    print: () => {},
    onWarning: () => {},
  });
  return createDebugSession(authorizer, query, { breakpoints, bindings });
}

/** Describes a stop: the place and the text, with the reason unless it is a step. */
function shown(session: DebugSession, progress: Progress): string {
  if (typeof progress === 'string') return progress;
  const { reason, stack, text } = session.view(progress);
  const { rule, place } = stack[0]!;
  return `${reason === 'step' ? '' : `${reason} `}${rule ?? 'query'}:${place.line} ${text}`;
}

async function stopsOf(
  session: DebugSession,
  isSync: boolean,
  movement: 'into' | 'over' | 'continue',
): Promise<string[]> {
  const stops: string[] = [];
  for (;;) {
    const progress = isSync ? session.forwardSync(movement) : await session.forward(movement);
    if (progress === 'end') return stops;
    if (progress !== 'answer') stops.push(shown(session, progress));
  }
}

/** Goes back to the start. Returns the stops in the order of the query. */
function stopsBack(session: DebugSession): string[] {
  const stops: string[] = [];
  for (;;) {
    const halt: Halt = session.back('back');
    if (halt.reason === 'start') return stops.reverse();
    stops.push(shown(session, halt));
  }
}

const user = new User('ann');

/** Each construct on line 2 of a policy whose rule is called, with all stops of stepping into everything. */
const constructs: readonly {
  readonly name: string;
  readonly policy: string;
  readonly query?: string;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly stops: readonly string[];
}[] = [
  {
    name: 'a call of a rule with several alternatives',
    policy: 'f(x) if\n  g(x);\ng(1);\ng(2);',
    stops: [
      'query:1 f(x)',
      'f:1 f(x) if …',
      'f:2 g(x)',
      'g:3 g(1);',
      'answer query:1 f(x)',
      'g:4 g(2);',
      'answer query:1 f(x)',
    ],
  },
  {
    name: 'a call without a rule that fits',
    policy: 'f(x) if\n  g(x, 1);\ng(_, 2);',
    stops: ['query:1 f(x)', 'f:1 f(x) if …', 'f:2 g(x, 1)'],
  },
  {
    name: 'and, with the first operand that fails',
    policy: 'f(x) if\n  x = 1 and x = 2 and x = 3;',
    stops: ['query:1 f(x)', 'f:1 f(x) if …', 'f:2 x = 1', 'f:2 x = 2'],
  },
  {
    name: 'or, with each alternative',
    policy: 'f(x) if\n  x = 1 or x = 2;',
    stops: [
      'query:1 f(x)',
      'f:1 f(x) if …',
      'f:2 x = 1 or x = 2',
      'f:2 x = 1',
      'answer query:1 f(x)',
      'f:2 x = 2',
      'answer query:1 f(x)',
    ],
  },
  {
    name: 'not, whose operand fails',
    policy: 'f(x) if\n  not x = 2;',
    query: 'f(1)',
    stops: ['query:1 f(1)', 'f:1 f(x) if …', 'f:2 not x = 2', 'f:2 x = 2', 'answer query:1 f(1)'],
  },
  {
    name: 'not, whose operand holds',
    policy: 'f(x) if\n  not x = 2;',
    query: 'f(2)',
    stops: ['query:1 f(2)', 'f:1 f(x) if …', 'f:2 not x = 2', 'f:2 x = 2', 'f:2 not x = 2'],
  },
  {
    name: 'forall, until an element fails',
    policy: 'f(xs) if\n  forall(x in xs, x > 0);',
    query: 'f([1, 0])',
    stops: [
      'query:1 f([1, 0])',
      'f:1 f(xs) if …',
      'f:2 forall(x in xs, x > 0)',
      'f:2 x in xs',
      'f:2 x in xs',
      'f:2 x > 0',
      'f:2 x > 0',
      // The first element satisfies the action; the second one refutes `forall`.
      'f:2 x > 0',
      'f:2 x in xs',
      'f:2 x > 0',
      'f:2 x > 0',
      'f:2 forall(x in xs, x > 0)',
    ],
  },
  {
    name: 'in, with each element',
    policy: 'f(x) if\n  x in [1, 2];',
    stops: [
      'query:1 f(x)',
      'f:1 f(x) if …',
      'f:2 x in [1, 2]',
      'f:2 x in [1, 2]',
      'answer query:1 f(x)',
      'f:2 x in [1, 2]',
      'answer query:1 f(x)',
    ],
  },
  {
    name: 'matches, with a type and a field',
    policy: 'f(x) if\n  x matches User{name: "ann"};',
    query: 'f(user)',
    bindings: { user },
    stops: [
      'query:1 f(user)',
      'f:1 f(x) if …',
      'f:2 User{name: "ann"}',
      'f:2 name',
      'f:2 "ann"',
      'answer query:1 f(user)',
    ],
  },
  {
    name: 'cut, after which no other rule is tried',
    policy: 'f(_) if\n  cut;\nf(_) if 1 = 1;',
    query: 'f(1)',
    stops: ['query:1 f(1)', 'f:1 f(_) if …', 'f:2 cut', 'answer query:1 f(1)'],
  },
  {
    name: 'arithmetic, before the comparison that uses it',
    policy: 'f(x) if\n  x + 1 * 2 > 2;',
    query: 'f(1)',
    stops: [
      'query:1 f(1)',
      'f:1 f(x) if …',
      'f:2 1 * 2',
      'f:2 x + 1 * 2',
      'f:2 x + 1 * 2 > 2',
      'answer query:1 f(1)',
    ],
  },
  {
    name: 'a comparison that fails',
    policy: 'f(x) if\n  x <= 0;',
    query: 'f(1)',
    stops: ['query:1 f(1)', 'f:1 f(x) if …', 'f:2 x <= 0'],
  },
  {
    name: 'a dictionary and its look-up',
    policy: 'f(x) if\n  d = {a: x} and d.a = 1;',
    query: 'f(1)',
    stops: [
      'query:1 f(1)',
      'f:1 f(x) if …',
      'f:2 d = {a: x}',
      'f:2 d.a',
      'f:2 d.a = 1',
      'answer query:1 f(1)',
    ],
  },
  {
    name: 'a list with a rest',
    policy: 'f(xs) if\n  [_, *rest] = xs and rest = [2];',
    query: 'f([1, 2])',
    stops: [
      'query:1 f([1, 2])',
      'f:1 f(xs) if …',
      'f:2 [_, *rest] = xs',
      'f:2 rest = [2]',
      'answer query:1 f([1, 2])',
    ],
  },
  {
    name: 'a call of the application, whose result is iterated over',
    policy: 'f(u) if\n  team in u.teams() and team.name = "blue";',
    query: 'f(user)',
    bindings: { user },
    stops: [
      'query:1 f(user)',
      'f:1 f(u) if …',
      'f:2 u.teams()',
      'f:2 team in u.teams()',
      'f:2 team in u.teams()',
      'f:2 team.name',
      'f:2 team.name = "blue"',
      'f:2 team in u.teams()',
      'f:2 team.name',
      'f:2 team.name = "blue"',
      'answer query:1 f(user)',
    ],
  },
  {
    name: 'new',
    policy: 'f(name) if\n  t = new Team(name) and t.name = "red";',
    query: 'f("red")',
    stops: [
      'query:1 f("red")',
      'f:1 f(name) if …',
      'f:2 new Team(name)',
      'f:2 t = new Team(name)',
      'f:2 t.name',
      'f:2 t.name = "red"',
      'answer query:1 f("red")',
    ],
  },
  {
    name: 'print',
    policy: 'f(x) if\n  print("x", x);',
    query: 'f(1)',
    stops: ['query:1 f(1)', 'f:1 f(x) if …', 'f:2 print("x", x)', 'answer query:1 f(1)'],
  },
  {
    name: 'an assignment',
    policy: 'f(x) if\n  y := x and y = 1;',
    query: 'f(1)',
    stops: ['query:1 f(1)', 'f:1 f(x) if …', 'f:2 y := x', 'f:2 y = 1', 'answer query:1 f(1)'],
  },
  {
    name: 'a condition that an attribute decides',
    policy: 'f(d) if\n  d.on;',
    query: 'f({on: true})',
    stops: ['query:1 f({on: true})', 'f:1 f(d) if …', 'f:2 d.on', 'f:2 d.on', 'answer query:1 f({on: true})'],
  },
  {
    name: 'the type of a parameter',
    policy: 'f(u: User{name: "ann"}) if\n  u.name = "ann";',
    query: 'f(user)',
    bindings: { user },
    stops: [
      'query:1 f(user)',
      'f:1 f(u: User{name: "ann"}) if …',
      'f:1 name',
      'f:1 "ann"',
      'f:2 u.name',
      'f:2 u.name = "ann"',
      'answer query:1 f(user)',
    ],
  },
];

describe.each([
  ['a synchronous query', true],
  ['an asynchronous query', false],
] as const)('stepping into %s', (_name, isSync) => {
  it.each(constructs)(
    'stops at each goal of $name, forward and back',
    async ({ policy, query = 'f(x)', bindings, stops }) => {
      const session = await sessionOf(policy, query, {}, bindings);
      expect(await stopsOf(session, isSync, 'into')).toEqual(stops);
      expect(stopsBack(session)).toEqual(stops);
      expect(await stopsOf(session, isSync, 'into')).toEqual(stops.slice(1));
    },
  );

  it.each(constructs)('stops at the line of $name', async ({ policy, query = 'f(x)', bindings, stops }) => {
    const session = await sessionOf(policy, query, { lines: [{ file: 'main.polar', line: 2 }] }, bindings);
    const progress = isSync ? session.forwardSync('continue') : await session.forward('continue');
    const first = stops.find((stop) => stop.startsWith('f:2 '));
    expect(shown(session, progress)).toBe(`breakpoint ${first}`);
  });
});

const debugged = {
  policy: `start(x) if debug() and one(x) and two() and three();
start(_) if 9 = 9;
one(n) if m = n + 1 and m > 1;
two() if "p" = "p" and "q" = "q";
three();
`,
  query: 'start(1)',
};

describe('DebugSession', () => {
  it('stops at debug(), and steps over the rules below it, as oso does', async () => {
    const session = await sessionOf(debugged.policy, debugged.query);
    expect(shown(session, session.forwardSync('continue'))).toBe('debug start:1 debug()');
    const stops = [1, 2, 3, 4, 5].map(() => shown(session, session.forwardSync('over')));
    expect(stops).toEqual([
      'start:1 one(x)',
      'start:1 two()',
      'start:1 three()',
      'answer query:1 start(1)',
      'answer',
    ]);
    expect(shown(session, session.forwardSync('into'))).toBe('start:2 start(_) if 9 = 9;');
    expect(shown(session, session.forwardSync('into'))).toBe('start:2 9 = 9');
  });

  it('steps out to the condition after the call', async () => {
    const session = await sessionOf(debugged.policy, debugged.query);
    session.forwardSync('continue');
    session.forwardSync('into');
    expect(shown(session, session.forwardSync('into'))).toBe('one:3 one(n) if m = n + 1 and m > 1;');
    expect(shown(session, session.forwardSync('over'))).toBe('one:3 m = n + 1');
    expect(shown(session, session.forwardSync('out'))).toBe('start:1 two()');
  });

  it('stops when a rule of a name is entered', async () => {
    const session = await sessionOf(debugged.policy, debugged.query, {
      rules: [{ name: 'two' }, { name: 'three' }],
    });
    session.forwardSync('continue');
    expect(shown(session, session.forwardSync('continue'))).toBe(
      'rule two:4 two() if "p" = "p" and "q" = "q";',
    );
    expect(shown(session, session.forwardSync('continue'))).toBe('rule three:5 three();');
    expect(shown(session, session.back('reverse'))).toBe('rule two:4 two() if "p" = "p" and "q" = "q";');
    expect(shown(session, session.back('reverse'))).toBe('debug start:1 debug()');
    expect(session.back('reverse')).toMatchObject({ reason: 'start', step: { number: 0 } });
  });

  it('stops again at a line that backtracking reaches again, but not at each of its goals', async () => {
    const policy = 'f(x) if\n  x in [1, 2] and x > 0 and x > 1;';
    const session = await sessionOf(policy, 'f(x)', { lines: [{ file: '/app/other.polar', line: 2 }] });
    expect(await stopsOf(session, true, 'continue')).toEqual([]);
    const named = await sessionOf(policy, 'f(x)', { lines: [{ file: '/app/policy/main.polar', line: 2 }] });
    expect(await stopsOf(named, true, 'continue')).toEqual([
      'breakpoint f:2 x in [1, 2]',
      'breakpoint f:2 x in [1, 2]',
    ]);
  });

  it('stops at a goal that fails, with the values of this moment', async () => {
    const session = await sessionOf('f(x) if g(x) and x > 1;\ng(1);\ng(2);', 'f(x)', { failures: true });
    const halt = session.forwardSync('continue') as Halt;
    expect(shown(session, halt)).toBe('failure f:1 x > 1');
    expect(session.view(halt).values).toEqual([{ name: 'x', value: '1' }]);
    expect(session.view(session.forwardSync('into') as Halt)).toMatchObject({
      text: 'g(2);',
      failed: { text: 'x > 1' },
    });
  });

  it('stops at the action of forall for the element that fails, and not for those that satisfy it', async () => {
    const session = await sessionOf('f(xs) if forall(x in xs, x > 0);', 'f([1, 2, 0])', { failures: true });
    const halt = session.forwardSync('continue') as Halt;
    expect(shown(session, halt)).toBe('failure f:1 x > 0');
    expect(session.view(halt).values).toEqual([{ name: 'x', value: '0' }]);
    const negated = await sessionOf('f(xs) if forall(x in xs, not x = 0);', 'f([1, 0])', { failures: true });
    const halts = [negated.forwardSync('continue'), negated.forwardSync('continue')] as Halt[];
    expect(halts.map((each) => shown(negated, each))).toEqual(['failure f:1 x = 0', 'failure f:1 not x = 0']);
    const satisfied = await sessionOf('f(xs) if forall(x in xs, x > 0);', 'f([1, 2])', { failures: true });
    expect(shown(satisfied, satisfied.forwardSync('continue') as Halt)).toBe('answer');
  });

  it('stops at a goal that the data cannot decide', async () => {
    const session = await sessionOf('f(x) if x < 1;\nf(_);', 'f("a")', { undecided: true });
    const halt = session.forwardSync('continue') as Halt;
    expect(shown(session, halt)).toBe('undecided f:1 x < 1');
    expect(session.view(halt).message).toContain('`"a" < 1`');
    expect(session.forwardSync('continue')).toBe('answer');
  });

  it.each([true, false])(
    'stops at an error, and throws it when it goes on (synchronous: %s)',
    async (isSync) => {
      const policy = 'f(u) if g(u);\ng(u) if u.name = "ann" and u.fail() = 1;';
      const ann = { name: 'ann' };
      class Failing {
        readonly name = 'ann';
        fail(): never {
          throw new Error('no connection');
        }
      }
      const authorizer = await Authorizer.load({ policies: policy, types: { Failing }, onWarning: () => {} });
      expect(ann.name).toBe('ann');
      const session = createDebugSession(authorizer, 'f(u)', { bindings: { u: new Failing() } });
      const halt = (isSync ? session.forwardSync('continue') : await session.forward('continue')) as Halt;
      expect(shown(session, halt)).toBe('error g:2 u.fail()');
      expect(session.view(halt).message).toContain('no connection');
      expect(session.view(halt).stack.map(({ rule }) => rule)).toEqual(['g', 'f', undefined]);
      expect(shown(session, session.back('back'))).toBe('g:2 u.fail()');
      const again = (): unknown => session.forwardSync('continue');
      expect(shown(session, again() as Halt)).toBe('error g:2 u.fail()');
      expect(again).toThrow('no connection');
    },
  );

  it('awaits promises of the application between two steps', async () => {
    const authorizer = await Authorizer.load({
      policies: 'f(u) if u.lead.name = "red" and t in u.teams() and t.name = "blue";',
      types: { Remote, Team },
      onWarning: () => {},
    });
    const session = createDebugSession(authorizer, 'f(u)', { bindings: { u: new Remote() } });
    await session.forward('into');
    await session.forward('into');
    const stops: string[] = [];
    for (let i = 0; i < 6; i++) stops.push(shown(session, await session.forward('over')));
    expect(stops).toEqual([
      'f:1 u.lead.name = "red"',
      'f:1 t in u.teams()',
      'f:1 t.name = "blue"',
      'f:1 t in u.teams()',
      'f:1 t.name = "blue"',
      'answer query:1 f(u)',
    ]);
  });

  it('throws in a synchronous query that meets a promise', async () => {
    const authorizer = await Authorizer.load({
      policies: 'f(u) if u.lead.name = "red";',
      types: { Remote, Team },
      onWarning: () => {},
    });
    const session = createDebugSession(authorizer, 'f(u)', { bindings: { u: new Remote() } });
    const halt = session.forwardSync('continue') as Halt;
    expect(shown(session, halt)).toBe('error f:1 u.lead');
    expect(() => session.forwardSync('continue')).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_PROMISE_IN_SYNC' }),
    );
  });

  it('shows the values of an earlier step after the machine has backtracked', async () => {
    const session = await sessionOf('f(x, y) if x in [1, 2] and y = [x, {a: x}] and x = 2;', 'f(x, y)');
    const bindings: unknown[] = [];
    const note = (progress: Progress): void => {
      if (typeof progress === 'string') return;
      const { stack, text } = session.view(progress);
      if (text === 'x = 2') bindings.push(stack[0]!.bindings);
    };
    for (
      let progress = session.forwardSync('into');
      progress !== 'end';
      progress = session.forwardSync('into')
    )
      note(progress);
    const expected = [1, 2].map((x) => [
      { name: 'x', value: String(x) },
      { name: 'y', value: `[${x}, {a: ${x}}]` },
    ]);
    expect(bindings).toEqual(expected);
    for (let halt = session.back('back'); halt.reason !== 'start'; halt = session.back('back')) note(halt);
    expect(bindings).toEqual([...expected, ...expected.toReversed()]);
  });

  it('shows the conditions of a variable without a value', async () => {
    const session = await sessionOf('f(x) if x > 1 and x < 5 and debug() and x = 3;', 'f(x)');
    const halt = session.forwardSync('continue') as Halt;
    expect(session.view(halt).stack[0]!.bindings).toEqual([{ name: 'x', value: '_ with x > 1 and x < 5' }]);
  });

  it('shows the goals that are left and the alternatives', async () => {
    const session = await sessionOf(
      'f(x) if g(x) and (x = 1 or x = 2) and not x = 3;\nf(7);\ng(x) if debug() and x in [1, 2];\ng(4);',
      'f(x) and x > 0',
    );
    session.forwardSync('continue');
    const halt = session.forwardSync('over') as Halt;
    const { goals, alternatives } = session.view(halt);
    expect(goals.map(({ text }) => text)).toEqual(['x = 1 or x = 2', 'not x = 3', 'x > 0']);
    expect(alternatives.map(({ text }) => text)).toEqual(['g(4);', 'f(7);']);
  });

  it('calls a method of the application once, however often the user goes back', async () => {
    let calls = 0;
    class Counting {
      ok(): boolean {
        calls++;
        return true;
      }
    }
    const authorizer = await Authorizer.load({
      policies: 'f(u) if u.ok() and 1 = 1;',
      types: { Counting },
      onWarning: () => {},
    });
    const session = createDebugSession(authorizer, 'f(u)', { bindings: { u: new Counting() } });
    await stopsOf(session, true, 'into');
    stopsBack(session);
    await stopsOf(session, true, 'into');
    expect(calls).toBe(1);
  });

  it('has nothing to go back to before its first step', async () => {
    const session = await sessionOf('', '1 = 1');
    expect(() => session.back('back')).toThrow(expect.objectContaining({ code: 'NANOOK_DEBUG_NOT_STOPPED' }));
  });

  it('closes the iterators of a query that is left', async () => {
    let isClosed = false;
    const numbers = {
      *[Symbol.iterator]() {
        try {
          yield* [1, 2];
        } finally {
          isClosed = true;
        }
      },
    };
    const session = await sessionOf('', 'x in numbers', {}, { numbers });
    expect(session.forwardSync('continue')).toBe('answer');
    session.dispose();
    expect(isClosed).toBe(true);
    expect(shown(session, session.back('back'))).toBe('query:1 x in numbers');
  });

  it('says which breakpoints the policy has', async () => {
    const { Debugger, debugCheck } = await import('./index.js');
    const authorizer = await Authorizer.load({
      policies: {
        name: 'policy/main.polar',
        source: 'allow(_, "read", _) if\n  1 = 1\n  and\n  2 = 2;\n\n# end\n',
      },
    });
    const debug = new Debugger();
    await debugCheck(authorizer, 'ann', 'read', 'note', debug);
    const lines = [1, 2, 3, 4, 5].map((line) => ({ file: 'main.polar', line }));
    expect(await debug.setBreakpoints({ lines, rules: [{ name: 'allow' }, { name: 'alow' }] })).toEqual({
      lines: [1, 2, 4, 4, undefined],
      rules: [true, false],
      lineProblems: lines.map(() => undefined),
      ruleProblems: [undefined, undefined],
    });
  });

  it('says why the condition or the message of a breakpoint is not valid, and calls no code of the application', async () => {
    const { Debugger, addPolicy } = await import('./index.js');
    const authorizer = await Authorizer.load({
      policies: {
        name: 'main.polar',
        source: 'f(x) if\n  x > 0 and\n  limit = max and limit > x;\n\ng(y) if y matches User;\n',
      },
      types: { User },
      constants: { max: 9 },
      onWarning: () => {},
    });
    const debug = new Debugger();
    addPolicy(authorizer, debug);
    const wrong = async (settings: object, line = 2): Promise<string | undefined> =>
      (await debug.setBreakpoints({ lines: [{ file: 'main.polar', line, ...settings }] })).lineProblems[0];
    expect(await wrong({ condition: 'x >' })).toMatch(/^the condition `x >` is not valid: /);
    expect(await wrong({ condition: 'z = 1' })).toBe(
      'the condition `z = 1` is not valid: there is no variable `z`, only x, limit',
    );
    expect(await wrong({ condition: 'x = 1' }, 4)).toMatch(/there is no variable `x`, only y$/);
    expect(await wrong({ hitCondition: 'twice' })).toMatch(/^the hit condition .* found `twice`$/);
    expect(await wrong({ logMessage: 'x is {x}, {z.}, {x}' })).toMatch(
      /^the expression `z\.` of the message is not valid: /,
    );
    expect(await wrong({ logMessage: '{z.name}' })).toMatch(/there is no variable `z`, only x, limit$/);
    const right = ['x = max', 'limit > x', 'n in [1, 2] and n = x', '_n = x', 'x matches User'];
    for (const condition of right) expect(await wrong({ condition })).toBeUndefined();
    expect(await wrong({ logMessage: 'x is {x}, {n in [1, x]}, a brace {' })).toBeUndefined();
    const { ruleProblems } = await debug.setBreakpoints({
      rules: [
        { name: 'g', condition: 'x = 1' },
        { name: 'g', condition: 'y = 1' },
        { name: 'h', condition: 'x = 1' },
        { name: 'h', condition: 'x = ' },
      ],
    });
    expect(ruleProblems).toEqual([
      expect.stringMatching(/there is no variable `x`, only y$/),
      undefined,
      undefined,
      expect.stringMatching(/^the condition `x = ` is not valid: /),
    ]);
  });
});

describe('a breakpoint with a condition', () => {
  const policy = 'f(x) if\n  x > 0 and\n  x < 9;\n';
  const query = 'n in [1, 2, 3, 4] and f(n)';

  /** Continues to the end. Returns the values of x at the stops, with the messages of problems. */
  async function stopsAt(
    breakpoints: BreakpointSettings,
    {
      isSync = false,
      ...options
    }: { readonly isSync?: boolean; readonly onLog?: (text: string) => void } = {},
  ): Promise<string[]> {
    const authorizer = await Authorizer.load({
      policies: { name: 'main.polar', source: policy },
      onWarning: () => {},
    });
    const session = createDebugSession(authorizer, query, { breakpoints, ...options });
    const stops: string[] = [];
    for (;;) {
      const progress = isSync ? session.forwardSync('continue') : await session.forward('continue');
      if (progress === 'end') return stops;
      if (progress === 'answer') continue;
      const { stack, message } = session.view(progress);
      const x = stack[0]!.bindings.find(({ name }) => name === 'x')?.value;
      stops.push(message === undefined ? `${x}` : `${x}: ${message}`);
    }
  }

  const at = (settings: object): BreakpointSettings => ({
    lines: [{ file: 'main.polar', line: 2, ...settings }],
  });

  it.each([
    [{ condition: 'x > 2' }, ['3', '4']],
    [{ condition: 'x in [1, 4]' }, ['1', '4']],
    [{ condition: 'y = x and y < 2' }, ['1']],
    [{ condition: 'not x = 3' }, ['1', '2', '4']],
    [{ condition: 'x > 9' }, []],
    [{ hitCondition: '3' }, ['3']],
    [{ hitCondition: '= 3' }, ['3']],
    [{ hitCondition: '>= 3' }, ['3', '4']],
    [{ hitCondition: '> 3' }, ['4']],
    [{ hitCondition: '<= 1' }, ['1']],
    [{ hitCondition: '< 3' }, ['1', '2']],
    [{ hitCondition: '% 2' }, ['2', '4']],
    [{ condition: 'x > 1', hitCondition: '2' }, ['3']],
  ])('stops where %j holds', async (settings, stops) => {
    expect(await stopsAt(at(settings))).toEqual(stops);
    expect(await stopsAt(at(settings), { isSync: true })).toEqual(stops);
    expect(await stopsAt({ rules: [{ name: 'f', ...settings }] })).toEqual(stops);
  });

  it.each([
    [{ condition: 'x >' }, /^1: the condition `x >` of the breakpoint cannot be decided: /],
    [{ condition: 'not z = 3' }, /^1: .*: there is no variable `z`, only x$/],
    [{ condition: 'x.name = 3' }, /^1: .*name/],
    [{ hitCondition: 'twice' }, /^1: the hit condition .* found `twice`$/],
    [{ hitCondition: '% 0' }, /^1: the hit condition/],
  ])('stops with a message where %j cannot be decided', async (settings, message) => {
    const stops = await stopsAt(at(settings));
    expect(stops).toHaveLength(4);
    expect(stops[0]).toMatch(message);
  });

  it('stops with a message where a variable of the condition has no value yet', async () => {
    const session = await sessionOf('f(x) if\n  x > 0 and\n  y = 3 and\n  y > x;\n', 'f(1)', {
      lines: [{ file: 'main.polar', line: 2, condition: 'not y = 3' }],
    });
    const progress = await session.forward('continue');
    expect(typeof progress === 'string' ? progress : session.view(progress).message).toMatch(
      /`y` has no value there$/,
    );
  });

  it('prints its message with the values of expressions instead of a stop', async () => {
    const texts: string[] = [];
    const settings = at({ condition: 'x < 3', logMessage: 'x is {x}, {[x, "}"]} {z.} {' });
    expect(await stopsAt(settings, { onLog: (text) => texts.push(text) })).toEqual([]);
    expect(texts).toEqual([
      expect.stringMatching(/^x is 1, \[1, "}"\] \{z\.: .+\} \{$/),
      expect.stringMatching(/^x is 2, \[2, "}"\] \{z\.: .+\} \{$/),
    ]);
  });

  it('decides once for a step, so that going back calls the application no more', async () => {
    let calls = 0;
    class Item {
      isWanted(): boolean {
        return ++calls === 2;
      }
    }
    const authorizer = await Authorizer.load({
      policies: { name: 'main.polar', source: 'f(x) if\n  x matches Item;\n' },
      types: { Item },
      onWarning: () => {},
    });
    const lines = [{ file: 'main.polar', line: 2, condition: 'x.isWanted()' }];
    const items = [new Item(), new Item(), new Item()];
    const session = createDebugSession(authorizer, 'n in items and f(n)', {
      breakpoints: { lines },
      bindings: { items },
    });
    const found = await session.forward('continue');
    expect(found).toBe('answer');
    const stop = await session.forward('continue');
    expect(stop).toMatchObject({ reason: 'breakpoint' });
    const { number } = session.current!;
    expect(calls).toBe(2);
    session.back('back');
    session.back('back');
    expect(await session.forward('continue')).toMatchObject({ reason: 'breakpoint' });
    expect(session.current!.number).toBe(number);
    expect(session.back('reverse')).toMatchObject({ reason: 'start' });
    expect(calls).toBe(2);
  });

  it('leaves a step of the user alone where it passes', async () => {
    const settings = at({ condition: 'x = 9' });
    const over = await sessionOf(policy, 'f(1) and f(2)', settings);
    const plain = await sessionOf(policy, 'f(1) and f(2)');
    expect(await stopsOf(over, false, 'over')).toEqual(await stopsOf(plain, false, 'over'));
  });
});

describe('Debugger.parts()', () => {
  /** Stops in a rule f(x). Returns the parts of x, as text, from parts of parts on. */
  async function partsOf(
    x: unknown,
    types: Readonly<Record<string, unknown>> = {},
  ): Promise<{
    readonly x: ValueView;
    readonly parts: (view: ValueView, start?: number, count?: number) => Promise<readonly ValueView[]>;
  }> {
    const authorizer = await Authorizer.load({
      policies: 'f(x) if debug() and x = x;',
      types: types as never,
      onWarning: () => {},
    });
    const debug = new Debugger();
    const stopped = new Promise<StopView>((resolve) =>
      debug.listen({ stopped: resolve, passed: () => {}, ended: () => {}, logged: () => {} }),
    );
    void debugQuery(authorizer, 'f(x)', debug, { bindings: { x } }).next();
    const { query, stack } = await stopped;
    return {
      x: stack[0]!.bindings[0]!,
      parts: ({ parts }, ...range) => debug.parts(query, parts!.id, ...range),
    };
  }

  const texts = (views: readonly ValueView[]): string[] =>
    views.map(({ name, value }) => `${name} = ${value}`);

  it('returns elements of lists, and fields of dictionaries and objects, level by level', async () => {
    const { x, parts } = await partsOf({ list: [1, { deep: [2] }], name: 'a' });
    expect(x.parts).toMatchObject({ kind: 'fields', count: 2 });
    const [list, name] = await parts(x);
    expect(texts([list!, name!])).toEqual(['list = [1, {deep: [2]}]', 'name = "a"']);
    expect(name!.parts).toBeUndefined();
    const [, second] = await parts(list!);
    const [deep] = await parts(second!);
    expect(texts(await parts(deep!))).toEqual(['0 = 2']);
  });

  it('returns the entries of a Map, and the elements of a Set', async () => {
    const { x, parts } = await partsOf([new Map([['k', 1]]), new Set(['s'])]);
    const [map, set] = await parts(x);
    expect(texts(await parts(map!))).toEqual(['k = 1']);
    expect(texts(await parts(set!))).toEqual(['0 = "s"']);
  });

  it('returns pages, and a last part that stands for those that are left', async () => {
    const { x, parts } = await partsOf(Array.from({ length: 250 }, (_, i) => i));
    expect(x.parts).toMatchObject({ kind: 'elements', count: 250 });
    expect(texts(await parts(x, 240, 5))).toEqual([
      '240 = 240',
      '241 = 241',
      '242 = 242',
      '243 = 243',
      '244 = 244',
    ]);
    const first = await parts(x);
    expect(first).toHaveLength(101);
    expect(texts(first.slice(-2))).toEqual(['99 = 99', '… = 150 more']);
    const second = await parts(first.at(-1)!);
    expect(texts(second.slice(-2))).toEqual(['199 = 199', '… = 50 more']);
    expect(texts(await parts(second.at(-1)!))[0]).toBe('200 = 200');
  });

  it('returns the getters of a row, and calls one only when its value is wanted', async () => {
    let calls = 0;
    class Row {
      id = 1;
      get title(): string {
        calls++;
        return 'a title';
      }
      get broken(): string {
        throw new Error('no connection');
      }
      method(): void {}
    }
    const { x, parts } = await partsOf(new Row());
    const [id, title, broken, ...others] = await parts(x);
    expect(others).toEqual([]);
    expect(texts([id!, title!])).toEqual(['id = 1', 'title = a getter, which is not called']);
    expect({ calls, kind: title!.parts!.kind }).toEqual({ calls: 0, kind: 'getter' });
    expect(texts(await parts(title!))).toEqual(['title = "a title"']);
    expect(texts(await parts(broken!))).toEqual(['broken = "the getter has thrown: no connection"']);
  });

  it('hides secret fields, also of getters and inside of other objects', async () => {
    class User {
      token = 'abc-def';
      get pin(): string {
        return '1234';
      }
    }
    const { x, parts } = await partsOf([{ user: new User() }], {
      User: { class: User, fields: { token: secret('String'), pin: secret('String') } },
    });
    const [first] = await parts(x);
    const [user] = await parts(first!);
    expect(texts(await parts(user!))).toEqual(['token = ***', 'pin = ***']);
  });
});
