import type { Random } from './random.fixture.js';
import { firstKeys } from './world.fixture.js';
import {
  randomValue,
  tables,
  texts,
  type ColumnKind,
  type Declarations,
  type TypeName,
} from './world.fixture.js';

// Random policies about the types of a world. A policy is a tree, so that a failing one can be made smaller.

/** A condition of a rule. */
export type Condition =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  /** `item in list and …`, or `forall(item in list, …)` */
  | {
      readonly kind: 'some' | 'every';
      readonly item: string;
      readonly list: string;
      readonly part: Condition;
    };

export interface WrittenRule {
  readonly head: string;
  readonly body: Condition | undefined;
}
export interface Block {
  readonly head: string;
  readonly lines: readonly string[];
}
export interface Policy {
  readonly blocks: readonly Block[];
  readonly rules: readonly WrittenRule[];
}

export const printPolicy = ({ blocks, rules }: Policy): string =>
  [
    ...blocks.map(({ head, lines }) => `${head} {${lines.map((line) => `\n  ${line}`).join('')}\n}`),
    ...rules.map(printRule),
  ].join('\n');

function printRule({ head, body }: WrittenRule): string {
  const rule = body === undefined ? `${head};` : `${head} if ${printCondition(body)};`;
  // A variable that is used once is an error.
  const names = rule.replaceAll(/"[^"]*"/g, '').match(/(?<![\w.])[a-z]\w*(?![\w(:]?\w*\()/g) ?? [];
  const lone = ['u', 'd', 'n', ...names.filter((name) => /^[a-z]\d+$/.test(name))].filter(
    (name) =>
      rule.replaceAll(/"[^"]*"/g, '').match(new RegExp(`(?<![\\w.])${name}(?![\\w])`, 'g'))?.length === 1,
  );
  return lone.reduce((text, name) => text.replace(new RegExp(`(?<![\\w."])${name}(?![\\w"])`), '_'), rule);
}

export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'leaf':
      return condition.text;
    case 'and':
      return condition.parts.length === 0 ? '1 = 1' : condition.parts.map(printPart).join(' and ');
    case 'or':
      return condition.parts.length === 0 ? '1 = 2' : condition.parts.map(printPart).join(' or ');
    case 'not':
      return `not ${printPart(condition.part)}`;
    case 'some':
      return `${condition.item} in ${condition.list} and ${printPart(condition.part)}`;
    case 'every':
      return `forall(${condition.item} in ${condition.list}, ${printCondition(condition.part)})`;
  }
}

const printPart = (condition: Condition): string =>
  condition.kind === 'leaf' || condition.kind === 'every'
    ? printCondition(condition)
    : `(${printCondition(condition)})`;

const leaf = (text: string): Condition => ({ kind: 'leaf', text });

interface Variable {
  readonly name: string;
  readonly type: TypeName;
}
/** The rules that a condition may call, by their name, and whether it may negate a call. */
interface Callable {
  readonly name: string;
  readonly types: readonly TypeName[];
  readonly isNegatable: boolean;
}

/** Generates a policy. */
export class Policies {
  #count = 0;

  constructor(
    readonly random: Random,
    readonly declarations: Declarations,
    /** Whether a list can express the policy, too. */
    readonly isForLists: boolean,
  ) {}

  policy(): Policy {
    const { random } = this;
    const rules: WrittenRule[] = [];
    const helpers: Callable[] = [];
    const define = (
      name: string,
      types: readonly TypeName[],
      callable: readonly Callable[],
      count: number,
    ) => {
      const variables = ['u', 'd'].map((each, i) => ({ name: each, type: types[i]! }));
      for (let i = 0; i < count; i++)
        rules.push({
          head: `${name}(${variables.map((each) => this.#parameter(each)).join(', ')})`,
          body: this.condition(variables, callable, 2),
        });
    };
    define('plain', ['User', 'Doc'], [], 1 + random.below(2));
    helpers.push({ name: 'plain', types: ['User', 'Doc'], isNegatable: true });
    this.#recursion('reach', 'Folder', ['parent', 'children'], rules, helpers);
    if (random.chance(0.5)) this.#recursion('within', 'Org', ['parent'], rules, helpers);
    define('near', ['User', random.of(['Doc', 'Folder'] as const)], helpers, 1 + random.below(2));
    helpers.push({
      name: 'near',
      types: ['User', rules.at(-1)!.head.includes('Folder') ? 'Folder' : 'Doc'],
      isNegatable: true,
    });
    const blocks = random.chance(0.6) ? this.#blocks(rules) : [];
    for (let i = 1 + random.below(4); i > 0; i--) rules.push(this.#allow(helpers));
    return { blocks, rules };
  }

  /** A rule that calls itself for a related row. */
  #recursion(
    name: string,
    type: TypeName,
    steps: readonly string[],
    rules: WrittenRule[],
    helpers: Callable[],
  ): void {
    const { random } = this;
    const variables: Variable[] = [
      { name: 'u', type: 'User' },
      { name: 'd', type },
    ];
    const head = () => `${name}(u: User, d: ${type})`;
    const condition = () => this.condition(variables, [], 1);
    rules.push({ head: head(), body: condition() });
    for (let i = random.of([1, 1, 1, 2]); i > 0; i--) {
      const step = random.of(steps);
      const item = this.#fresh('f');
      const call: Condition =
        step === 'children'
          ? { kind: 'some', item, list: 'd.children', part: leaf(`${name}(u, ${item})`) }
          : random.chance(0.85)
            ? leaf(`${name}(u, d.${step})`)
            : leaf(`${name}(u.manager, d.${step})`);
      const parts = [
        ...(random.chance(0.3) ? [condition()] : []),
        call,
        ...(random.chance(0.3) ? [condition()] : []),
      ];
      rules.push({ head: head(), body: { kind: 'and', parts } });
    }
    helpers.push({ name, types: ['User', type], isNegatable: true });
  }

  #parameter({ name, type }: Variable): string {
    const { random } = this;
    if (random.chance(0.12)) return `${name}: ${type}${this.#fields(type, [])}`;
    return random.chance(0.05) ? name : `${name}: ${type}`;
  }

  #allow(helpers: readonly Callable[]): WrittenRule {
    const { random } = this;
    const type = random.of(['Doc', 'Doc', 'Doc', 'Folder', 'Org'] as const);
    const action = random.of(['"read"', '"read"', '"edit"', 'action']);
    const variables: Variable[] = [
      { name: 'u', type: 'User' },
      { name: 'd', type },
    ];
    const own =
      random.chance(0.15) && this.declarations.notes !== 'none' && type === 'Doc' ? 'd: Note' : undefined;
    const head = `allow(${this.#parameter(variables[0]!)}, ${action}, ${own ?? this.#parameter(variables[1]!)})`;
    const body = this.condition(variables, helpers, 3);
    const named = leaf(random.of(['action = "read"', 'action in ["read", "edit"]', 'action != "edit"']));
    return { head, body: action === 'action' ? { kind: 'and', parts: [named, body] } : body };
  }

  condition(
    variables: readonly Variable[],
    helpers: readonly Callable[],
    depth: number,
    isNegated = false,
  ): Condition {
    const { random } = this;
    const inner = (more: readonly Variable[] = [], negated = isNegated) =>
      this.condition([...variables, ...more], helpers, depth - 1, negated);
    const choice = depth > 0 ? random.below(20) : 19;
    if (choice < 4) return { kind: 'and', parts: [inner(), inner()] };
    if (choice < 7) return { kind: 'or', parts: [inner(), inner()] };
    if (choice < 10) return { kind: 'not', part: inner([], true) };
    if (choice < 14) {
      const from = this.#listOf(variables);
      if (from === undefined) return this.#leaf(variables, helpers);
      const item = this.#fresh('i');
      const part = inner([{ name: item, type: from.type }], isNegated || choice === 13);
      return { kind: choice === 13 ? 'every' : 'some', item, list: from.list, part };
    }
    return this.#leaf(variables, helpers);
  }

  #leaf(variables: readonly Variable[], helpers: readonly Callable[]): Condition {
    const { random } = this;
    for (;;) {
      const found = this.#tryLeaf(random.below(19), variables, helpers);
      if (found !== undefined) return leaf(found);
    }
  }

  #tryLeaf(choice: number, variables: readonly Variable[], helpers: readonly Callable[]): string | undefined {
    const { random } = this;
    const path = (kind: ColumnKind) => this.#path(kind, variables);
    const operator = () => random.of(['=', '=', '==', '!=']);
    const order = () => random.of(['<', '<=', '>', '>=']);
    const text = () => JSON.stringify(random.of(texts));
    switch (choice) {
      case 0:
      case 1:
        return `${path('text')} ${operator()} ${text()}`;
      case 2:
        return `${path('text')} ${operator()} ${path('text')}`;
      case 3:
        return `${path('integer')} ${operator()} ${random.chance(0.5) ? random.below(6) : path('integer')}`;
      case 4:
        return `${path('integer')} ${order()} ${random.chance(0.6) ? random.below(6) : path(random.of(['integer', 'float']))}`;
      case 5:
        return `${path('integer')} ${random.of(['+', '-', '*'])} ${random.below(4)} ${random.of([order(), '='])} ${random.below(9)}`;
      case 6:
        return path('boolean');
      case 7:
        return `${path('boolean')} ${operator()} ${random.of(['true', 'false'])}`;
      case 8:
        return `${path(random.of(['text', 'integer', 'boolean']))} ${random.of(['=', '!='])} nil`;
      case 9:
      case 10:
      case 11: {
        const [type, first] = this.#row(variables);
        const same = variables.filter((each) => each.type === type);
        const others = [
          ...same.map(({ name }) => name),
          ...same.map(({ name }) => name),
          'nil',
          this.#row(variables, type)[1],
        ];
        return `${first} ${operator()} ${random.of(others)}`;
      }
      case 12: {
        const items = random.times(1 + random.below(3), text);
        return `${path('text')} in [${items.join(', ')}]`;
      }
      case 13: {
        const [type, row] = this.#row(variables);
        return `${row} matches ${random.chance(0.8) ? type : ''}${this.#fields(type, variables)}`;
      }
      case 14:
        return this.isForLists
          ? `${path('text')}.startsWith(${random.chance(0.6) ? text() : path('text')})`
          : random.of([
              `${path('text')}.${random.of(['startsWith', 'endsWith', 'includes'])}(${random.chance(0.6) ? text() : path('text')})`,
              `${path('text')}.concat(${random.chance(0.6) ? text() : path('text')}) = ${text()}`,
              `${path('text')}.length ${order()} ${random.below(4)}`,
              `${text()} in ${path('text')}`,
            ]);
      case 15:
      case 16: {
        if (helpers.length === 0) return undefined;
        const { name, types } = random.of(helpers);
        const args = types.map((type) => this.#argument(type, variables));
        return args.includes(undefined) ? undefined : `${name}(${args.join(', ')})`;
      }
      case 17: {
        const users = variables.filter(({ type }) => type === 'User');
        if (users.length === 0 || this.isForLists) return undefined;
        const { name } = random.of(users);
        if (this.declarations.classes.includes('User') && random.chance(0.5))
          return `${name}.isNamed(${text()})`;
        return `${random.chance(0.5) ? text() : path('text')} in ${name}.labels`;
      }
      default:
        return this.isForLists
          ? undefined
          : random.of([
              `[${path('text')}, ${path('integer')}] = [${path('text')}, ${path('integer')}]`,
              `{a: ${path('text')}, b: 1} = {a: ${text()}, b: ${random.of([1, 1, 2])}}`,
              `{a: ${path('text')}}.${random.of(['a', 'a', 'b'])} = ${text()}`,
              `[${path('integer')}, 1] in [[${random.below(6)}, 1], [2, ${path('integer')}]]`,
            ]);
    }
  }

  /** Returns the fields of a pattern, in braces. */
  #fields(type: TypeName, variables: readonly Variable[]): string {
    const { random } = this;
    const { columns, relations } = tables[type];
    const toOne = Object.entries(relations).filter(([, { isMany }]) => !isMany);
    const fields = random.times(1 + random.below(2), () => {
      if (toOne.length > 0 && random.chance(0.3)) {
        const [name, { to }] = random.of(toOne);
        const same = variables.filter((each) => each.type === to);
        if (same.length > 0 && random.chance(0.6)) return `${name}: ${random.of(same).name}`;
        return `${name}: ${random.chance(0.5) ? to : ''}${this.#fields(to, [])}`;
      }
      const [name, { kind }] = random.of(Object.entries(columns));
      const value = name === 'id' ? this.#key(type) : randomValue(random, kind);
      return `${name}: ${JSON.stringify(value)}`;
    });
    return `{${[...new Map(fields.map((field) => [field.split(':')[0], field])).values()].join(', ')}}`;
  }

  /** Returns a term for a column of a kind. */
  #path(kind: ColumnKind, variables: readonly Variable[]): string {
    const { random } = this;
    for (;;) {
      const [type, row] = random.chance(0.35) ? this.#row(variables) : this.#variable(variables);
      const names = Object.entries(tables[type].columns).filter(([, each]) => each.kind === kind);
      if (names.length > 0) return `${row}.${random.of(names)[0]}`;
      if (random.chance(0.05)) return JSON.stringify(randomValue(random, kind));
    }
  }

  #variable(variables: readonly Variable[]): readonly [TypeName, string] {
    const { type, name } = this.random.of(variables);
    return [type, name];
  }

  /** Returns a term for a related row, of any type or of the given one. */
  #row(variables: readonly Variable[], wanted?: TypeName): readonly [TypeName, string] {
    const { random } = this;
    for (let tries = 0; ; tries++) {
      let [type, term] = this.#variable(variables);
      for (let i = random.of([1, 1, 1, 2]); i > 0; i--) {
        const toOne = Object.entries(tables[type].relations).filter(([, { isMany }]) => !isMany);
        const [name, { to }] = random.of(toOne);
        [type, term] = [to, `${term}.${name}`];
      }
      if (wanted === undefined || type === wanted) return [type, term];
      if (tries > 20) return [wanted, `${wanted}{${this.#key(wanted)}}`];
    }
  }

  #listOf(variables: readonly Variable[]): { readonly type: TypeName; readonly list: string } | undefined {
    const { random } = this;
    for (let i = 0; i < 4; i++) {
      const [type, row] = random.chance(0.3) ? this.#row(variables) : this.#variable(variables);
      const toMany = Object.entries(tables[type].relations).filter(([, { isMany }]) => isMany);
      if (toMany.length === 0) continue;
      const [name, { to }] = random.of(toMany);
      return { type: to, list: `${row}.${name}` };
    }
    return undefined;
  }

  #argument(type: TypeName, variables: readonly Variable[]): string | undefined {
    const { random } = this;
    const same = variables.filter((each) => each.type === type);
    if (same.length > 0 && random.chance(0.7)) return random.of(same).name;
    const [found, row] = this.#row(variables, type);
    return found === type ? row : undefined;
  }

  #key(type: TypeName): number {
    return firstKeys[type] + this.random.below(3);
  }

  #fresh(letter: string): string {
    return `${letter}${this.#count++}`;
  }

  // ── blocks ──

  #blocks(rules: WrittenRule[]): Block[] {
    const { random } = this;
    const some = (lines: readonly string[], share = 0.6) => lines.filter(() => random.chance(share));
    const blocks: Block[] = [
      { head: 'actor User', lines: [] },
      {
        head: 'resource Org',
        lines: [
          'roles = ["owner", "member"]; permissions = ["read", "edit"]; relations = { parent: Org };',
          ...some([
            '"member" if "owner";',
            '"owner" if "owner" on "parent";',
            'role if role on "parent";',
            '"read" if "member";',
            '"edit" if "owner" and not resource.plan = "a";',
          ]),
        ],
      },
      {
        head: 'resource Folder',
        lines: [
          'roles = ["viewer", "editor"]; permissions = ["read", "edit"]; relations = { parent: Folder };',
          ...some([
            '"viewer" if "editor";',
            '"editor" if "editor" on "parent";',
            '"viewer" if "viewer" on "parent" and resource.isPublic;',
            '"read" if "viewer";',
            '"edit" if "editor";',
            '"edit" if not "viewer" and resource.isPublic;',
            'permission if permission on "parent";',
          ]),
        ],
      },
      {
        head: 'resource Doc',
        lines: [
          'roles = ["reader"]; permissions = ["read", "edit"]; relations = { folder: Folder, org: Org };',
          ...some([
            '"reader" if "viewer" on "folder";',
            '"read" if "reader";',
            '"edit" if "editor" on "folder" or "owner" on "org";',
            '"edit" if "member" on "org" and not resource.isLocked;',
            '"read" if "read" on "folder";',
            '"edit" if actor = resource.owner;',
          ]),
        ],
      },
    ];
    if (random.chance(0.3)) {
      const lines = some(['"see" if "admin";', '"admin" if actor.isAdmin;'], 0.8);
      blocks.push({ head: 'global', lines: ['roles = ["admin"]; permissions = ["see"];', ...lines] });
      blocks[3] = { ...blocks[3]!, lines: [...blocks[3]!.lines, '"read" if global "admin";'] };
      rules.push({ head: 'has_role(u: User, "admin")', body: leaf('u.isAdmin') });
    }
    const add = (head: string, body: string | undefined) =>
      rules.push({ head, body: body === undefined ? undefined : leaf(body) });
    add('has_relation(o: Org, "parent", c: Org)', 'o = c.parent');
    add('has_relation(p: Folder, "parent", c: Folder)', 'c.parent = p');
    add('has_relation(f: Folder, "folder", d: Doc)', 'f = d.folder');
    add('has_relation(o: Org, "org", d: Doc)', random.of(['d.org = o', 'o = d.org', 'd matches {org: o}']));
    add('has_role(u: User, name: String, o: Org)', 'm in u.memberships and m.org = o and m.role = name');
    const more = [
      ['has_role(u: User, "editor", f: Folder)', 'f.owner = u'],
      ['has_role(u: User, "viewer", f: Folder)', 'f.isPublic and u.org != nil'],
      ['has_role(u: User, "reader", d: Doc)', 'd.owner = u'],
      ['has_role(u: User, "reader", d: Doc)', 'c in d.comments and c.author = u'],
      [`has_role(User{${this.#key('User')}}, "editor", Folder{${this.#key('Folder')}})`, undefined],
      [`has_role(u: User, "owner", Org{${this.#key('Org')}})`, 'u.isAdmin'],
      ['has_role(u: User, "owner", o: Org)', 'u in o.members and u.age > 2'],
    ] as const;
    add(more[0][0], more[0][1]);
    add(more[2][0], more[2][1]);
    for (const rule of more) if (random.chance(0.4)) add(rule[0], rule[1]);
    rules.push({ head: 'allow(u, action, d)', body: leaf('has_permission(u, action, d)') });
    return blocks;
  }
}
