import type { Case } from '../corpus/harness.mjs';
import { pick, type Random } from './random.fixture.ts';

// Changes recorded cases at random places: literals, operators, variables, attributes, classes, arguments, and the form of a query.

/** A case that asks one question. */
export interface SingleCase extends Case {
  readonly policy?: string;
  readonly query?: string;
  readonly rule?: { readonly name: string; readonly args?: readonly unknown[] };
  readonly call?: { readonly method: string; readonly args?: readonly unknown[] };
  readonly host?: readonly string[];
  readonly bindings?: object;
  readonly acceptExpression?: boolean;
  readonly options?: object;
  readonly steps?: unknown;
}

const words = (text: string): readonly string[] => text.split(' ');
const tokens = /#[^\n]*|"(?:\\.|[^"\\])*"|\d+\.\d+|\d+(?:e\d+)?|[A-Za-z_][\w:?]*|:=|==|!=|<=|>=|\?=|\s+|./gs;
const literals = [
  ...words('1 0 2 3 1.0 0.0 1.5 -1 "a" "" "read" true false nil [] [1] {} inf nan "1" _ 100'),
  '[1, 2]',
  '{a: 1}',
  '{a: 1, b: 2}',
];
const comparisons = words('== != < <= > >= =');
const arithmetic = words('+ - * / mod rem');
const classes = words(
  'Integer Float String Boolean List Dictionary Actor Resource Foo Shape Square Point Box Kit User Repo',
);
const members = words('a b x name nope length value one zero nothing missing size toString');
const reserved = new Set(
  words(
    'if and or not in matches cut forall print debug new mod rem true false nil type inf nan actor resource on',
  ),
);
const fixtures = words('kit p12 p34 box1 boxNil bag plain tagged square alice anvil undef seven jan v1');

type Change = (parts: string[], random: Random) => boolean;

/** Replaces a random part for which the test holds. */
const replacing =
  (
    fits: (part: string, i: number, parts: readonly string[]) => boolean,
    by: (random: Random, part: string, parts: readonly string[]) => string,
  ): Change =>
  (parts, random) => {
    const places = [...parts.keys()].filter((i) => fits(parts[i]!, i, parts));
    const at = pick(places, random);
    if (at === undefined) return false;
    parts[at] = by(random, parts[at]!, parts);
    return true;
  };

const isLiteral = (part: string): boolean => /^["\d]/.test(part) || ['true', 'false', 'nil'].includes(part);
const isVariable = (part: string, i: number, parts: readonly string[]): boolean =>
  /^[a-z]\w*$/.test(part) && !reserved.has(part) && parts[i + 1] !== '(' && parts[i - 1] !== '.';
const oneOf = (items: readonly string[]) => (random: Random) => pick(items, random)!;

const changes: readonly Change[] = [
  replacing(isLiteral, oneOf(literals)),
  replacing(isLiteral, oneOf(literals)),
  replacing((part) => comparisons.includes(part), oneOf(comparisons)),
  replacing(
    (part) => arithmetic.includes(part),
    (random) => ` ${pick(arithmetic, random)} `,
  ),
  replacing(
    (part) => part === 'and' || part === 'or',
    (_, part) => (part === 'and' ? 'or' : 'and'),
  ),
  replacing(
    (part) => part === 'not',
    () => '',
  ),
  replacing(isVariable, (random, _, parts) => pick(parts.filter(isVariable), random)!),
  replacing(isVariable, oneOf(literals)),
  replacing((part) => classes.includes(part), oneOf(classes)),
  replacing((part, i, parts) => parts[i - 1] === '.' && /^[a-z]\w*$/.test(part), oneOf(members)),
];

function changeText(text: string, random: Random): string {
  const parts = text.match(tokens) ?? [];
  for (let i = 0; i < 12; i++) if (pick(changes, random)!(parts, random)) break;
  return parts.join('');
}

function changeQuery(query: string, random: Random): string {
  const conjuncts = query.split(' and ');
  switch (Math.floor(random() * 20)) {
    case 0:
      return `not (${query})`;
    case 1:
      return `(${query}) or x = 7`;
    case 2:
      return `${query} and x = ${pick(literals, random)}`;
    case 3:
      return `x = ${pick(literals, random)} and ${query}`;
    case 4:
      return `x in [${pick(literals, random)}, ${pick(literals, random)}] and ${query}`;
    case 5:
      return [...conjuncts.slice(1), conjuncts[0]].join(' and ');
    default:
      return changeText(query, random);
  }
}

function changeArguments(args: readonly unknown[], random: Random): readonly unknown[] {
  const at = Math.floor(random() * args.length);
  const value = pick<unknown>(
    [
      1,
      0,
      1.5,
      'a',
      'read',
      true,
      false,
      null,
      [],
      [1],
      { a: 1 },
      { $fixture: pick(fixtures, random) },
      ...args,
    ],
    random,
  );
  return args.with(at, value);
}

/** Returns a case with one or two changes. */
export function mutate(original: SingleCase, random: Random): SingleCase {
  let changed: SingleCase = { ...original };
  for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
    const { query, policy, rule, call } = changed;
    if (query !== undefined && random() < 0.6) changed = { ...changed, query: changeQuery(query, random) };
    else if (policy !== undefined && random() < 0.6)
      changed = { ...changed, policy: changeText(policy, random) };
    else if (rule?.args?.length)
      changed = { ...changed, rule: { ...rule, args: changeArguments(rule.args, random) } };
    else if (call?.args?.length && !/Query|Resources/.test(call.method))
      changed = { ...changed, call: { ...call, args: changeArguments(call.args, random) } };
  }
  return changed;
}
