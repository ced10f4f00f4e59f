import type { Random } from './world.fixture.js';
import { texts } from './world.fixture.js';

export interface ConditionOptions {
  /** Whether rules call themselves. */
  readonly recursion?: boolean;
  /**
   * The texts that `startsWith`, `endsWith` and `includes` look for: a column in a value, a value in a column, or a column in any text. With
   * the last, also texts in lower case.
   */
  readonly textTests?: 'columns in values' | 'values, and columns in values' | 'values and columns';
  /** Whether a whole-number column is compared with a floating-point column. */
  readonly mixedNumbers?: boolean;
  /** The relations whose rows are counted. */
  readonly counted?: readonly string[];
  /** Whether conditions compute with whole-number columns, or with one such column and known numbers. */
  readonly arithmetic?: boolean | 'one column';
  /** Whether conditions read the lengths of texts. */
  readonly lengths?: boolean;
  /** Whether texts of the row are joined with those of the actor, which must be known. */
  readonly joinedTexts?: boolean;
}

/** Writes random conditions of Polar about a row, over columns, relations and known values. */
export class Conditions {
  #names = 0;

  constructor(
    readonly random: Random,
    readonly options: ConditionOptions = {},
  ) {}

  /** A condition about the row that a variable holds. */
  about(variable: string, type: string, depth: number): string {
    const { random } = this;
    if (depth <= 0) return this.#leaf(variable, type);
    switch (random.below(9)) {
      case 0:
      case 1:
        return `(${this.about(variable, type, depth - 1)} and ${this.about(variable, type, depth - 1)})`;
      case 2:
      case 3:
        return `(${random.below(4) === 0 ? 'actor.id > 0' : this.about(variable, type, depth - 1)} or ${this.about(variable, type, depth - 1)})`;
      case 4:
        return `not (${this.about(variable, type, depth - 1)})`;
      case 5: {
        const many = manyOf[type];
        if (many === undefined) return this.#leaf(variable, type);
        const [relation, target] = random.of(many);
        const item = this.#name();
        return `(${item} in ${variable}.${relation} and ${this.about(item, target, depth - 1)})`;
      }
      case 6: {
        const many = manyOf[type];
        if (many === undefined) return this.#leaf(variable, type);
        const [relation, target] = random.of(many);
        const item = this.#name();
        return `forall(${item} in ${variable}.${relation}, ${this.about(item, target, depth - 1)})`;
      }
      case 7: {
        const ones = oneOf[type];
        if (ones === undefined) return this.#leaf(variable, type);
        const [relation, target] = random.of(ones);
        return this.about(`${variable}.${relation}`, target, depth - 1);
      }
      default:
        return this.#leaf(variable, type);
    }
  }

  #leaf(variable: string, type: string): string {
    const { random } = this;
    const [field, kind] = random.of(fieldsOf[type]!);
    const column = `${variable}.${field}`;
    if (this.options.recursion !== false && type === 'Folder' && random.below(3) === 0)
      return `reach(actor, ${variable})`;
    const more = [
      this.#textTests(variable, type),
      this.#counts(variable, type),
      this.#computed(variable, type),
      this.#lengths(variable, type),
      this.#joinedTexts(variable, type),
    ].filter((each) => each !== undefined);
    const choice = random.below(12 + more.length);
    switch (choice) {
      case 0:
        return `${column} = nil`;
      case 1:
        return `${column} != ${this.#value(kind)}`;
      case 2:
        return `${column} in [${[this.#value(kind), this.#value(kind), random.of(['nil', this.#value('number')])].join(', ')}]`;
      case 3:
        return `${column} ${random.of(['<', '<=', '>', '>='])} ${this.#value(kind)}`;
      case 4:
        return `${this.#value(random.of(['text', 'number', 'flag']))} ${random.of(['<', '>=', '=', '!='])} ${column}`;
      case 5: {
        const isMixed = (name: string) => (name === 'score') !== (field === 'score');
        const others = fieldsOf[type]!.filter(
          ([name, each]) =>
            (each === kind || random.below(3) === 0) &&
            (this.options.mixedNumbers !== false || each !== 'number' || kind !== 'number' || !isMixed(name)),
        );
        const [other] = random.of(others);
        return `${column} ${random.of(['=', '=', '!=', '<', '<='])} ${variable}.${other}`;
      }
      case 6: {
        const ones = oneOf[type];
        if (ones === undefined) return `${column} = ${this.#value(kind)}`;
        const [relation, target] = random.of(ones);
        const others = ones.filter(([, each]) => each === target);
        return random.of([
          `${variable}.${relation} = nil`,
          `${variable}.${relation} = ${random.of(others.map(([name]) => `${variable}.${name}`))}`,
          ...(target === 'User'
            ? [`${variable}.${relation} = actor`, `${variable}.${relation}.name = actor.name`]
            : []),
        ]);
      }
      case 7:
        return kind === 'flag' ? column : `${column} = ${this.#value(kind)}`;
      case 8:
        return random.of([`actor.level < 3`, `actor.role = "admin"`, `actor.active`, `actor.id > 0`]);
      case 9:
        return `${variable} matches {${field}: ${this.#value(kind)}}`;
      case 10:
        return `helper(actor, ${this.#value('text')}, ${variable})`;
      case 11:
        return `${column} = ${this.#value(kind)}`;
      default:
        return more[choice - 12]!();
    }
  }

  /** Returns the source of conditions on the number of related rows; `undefined` for a type without counted relations. */
  #counts(variable: string, type: string): (() => string) | undefined {
    const { counted = ['comments', 'documents', 'tags'] } = this.options;
    const relations = (manyOf[type] ?? []).filter(([name]) => counted.includes(name));
    return relations.length === 0 ? undefined : () => this.#count(variable, type, relations);
  }

  #count(variable: string, type: string, relations: readonly (readonly [string, string])[]): string {
    const { random } = this;
    const count = `${variable}.${random.of(relations)[0]}.length`;
    const integers = integersOf(type);
    const other = random.of([
      this.#value('number'),
      this.#value('number'),
      random.of(['2', '2', '4', '0.5']),
      `${variable}.${random.of(integers)[0]}`,
      'actor.level',
    ]);
    const operator = random.of(['=', '!=', '<', '<=', '>', '>=']);
    return random.of([
      `${count} ${operator} ${other}`,
      `${other} ${operator} ${count}`,
      `${count} in [1, ${other}, nil]`,
    ]);
  }

  #joinedTexts(variable: string, type: string): (() => string) | undefined {
    const { random } = this;
    const fields = fieldsOf[type]!.filter(([, kind]) => kind === 'text');
    if (this.options.joinedTexts === false || fields.length === 0) return undefined;
    return () => {
      const column = `${variable}.${random.of(fields)[0]}`;
      const [before, after] = [random.of(['', 'id-', 'a']), random.of(['', '-x', 'n'])];
      const joined = random.of([
        `"${before}".concat(${column}).concat("${after}")`,
        `"${before}".concat(${column}, "${after}")`,
        `"${before}".concat(${column}.concat("${after}"))`,
      ]);
      const text = () => JSON.stringify(random.of([before, '']) + random.of(texts) + after);
      return random.of([
        `${joined} ${random.of(['=', '!='])} ${text()}`,
        `${joined} in [${text()}, ${text()}, nil]`,
        `${joined} = actor.name`,
        `${column}.concat(actor.role) = ${text()}`,
      ]);
    };
  }

  #lengths(variable: string, type: string): (() => string) | undefined {
    const { random } = this;
    const fields = fieldsOf[type]!.filter(([, kind]) => kind === 'text');
    if (this.options.lengths !== true || fields.length === 0) return undefined;
    return () => {
      const length = `${variable}.${random.of(fields)[0]}.length`;
      const other = random.of([
        this.#value('number'),
        `${variable}.${random.of(integersOf(type).filter(([, kind]) => kind === 'number'))[0]}`,
        `${variable}.${random.of(fields)[0]}.length`,
        'actor.name.length',
        'actor.role.length',
      ]);
      return random.of([
        `${length} ${random.of(['=', '!=', '<', '<=', '>', '>='])} ${other}`,
        `${other} ${random.of(['<', '>=', '!='])} ${length}`,
        `${length} in [1, 5, ${other}]`,
        ...(this.options.arithmetic === true ? [`(${length} * 2 - 1) > ${other}`] : []),
      ]);
    };
  }

  #computed(variable: string, type: string): (() => string) | undefined {
    switch (this.options.arithmetic) {
      case true:
        return () => this.#arithmetic(variable, type);
      case 'one column':
        return () => this.#arithmeticOnOne(variable, type);
      default:
        return undefined;
    }
  }

  #arithmeticOnOne(variable: string, type: string): string {
    const { random } = this;
    const known = () =>
      random.of(['0', '1', '2', '-3', '1.5', '-0.1', '7', '1e15', '9007199254740991', 'actor.level']);
    const operation = (operand: string) => {
      const operator = random.of(['+', '-', '*', '/']);
      return random.below(2) === 0
        ? `(${operand} ${operator} ${known()})`
        : `(${known()} ${operator} ${operand})`;
    };
    let result = operation(`${variable}.${random.of(integersOf(type))[0]}`);
    for (let i = random.below(3); i > 0; i--) result = operation(result);
    const operator = random.of(['=', '!=', '<', '<=', '>', '>=']);
    const other = random.of([known(), this.#value('number')]);
    return random.of([
      `${result} ${operator} ${other}`,
      `${other} ${operator} ${result}`,
      `${result} in [2, ${other}]`,
    ]);
  }

  #arithmetic(variable: string, type: string): string {
    const { random } = this;
    const operand = () =>
      random.of([
        ...integersOf(type).map(([name]) => `${variable}.${name}`),
        '0',
        '1',
        '2',
        '-3',
        '1.5',
        'actor.level',
      ]);
    const operation = (left: string) => `(${left} ${random.of(['+', '-', '*', '/'])} ${operand()})`;
    const result = random.of([
      () => operation(operand()),
      () => operation(operation(operand())),
      () => `(${variable}.id ${random.of(['mod', 'rem'])} ${random.of(['2', '-3', `${variable}.id`])})`,
    ])();
    const other = random.of([
      this.#value('number'),
      `${variable}.${random.of(fieldsOf[type]!.filter(([, kind]) => kind === 'number'))[0]}`,
    ]);
    const operator = random.of(['=', '!=', '<', '<=', '>', '>=']);
    return random.of([`${result} ${operator} ${other}`, `${other} ${operator} ${result}`]);
  }

  #textTests(variable: string, type: string): (() => string) | undefined {
    const { textTests = 'values and columns' } = this.options;
    const fields = fieldsOf[type]!.filter(([, kind]) => kind === 'text');
    if (fields.length === 0) return undefined;
    return () => this.#textTest(textTests, () => `${variable}.${this.random.of(fields)[0]}`);
  }

  #textTest(textTests: NonNullable<ConditionOptions['textTests']>, column: () => string): string {
    const { random } = this;
    const text = JSON.stringify(random.of([...texts, ...partsOfTexts]));
    if (textTests === 'values and columns' && random.below(4) === 0)
      return `${column()}.toLowerCase() ${random.of(['=', '!='])} ${random.of(['"admin"', '"b"', '"B"', '""', '7'])}`;
    const test = random.of(['startsWith', 'endsWith', 'includes']);
    const inColumn = () => [column(), text] as const;
    const inValue = () => [random.of([text, 'actor.name']), column()] as const;
    const [whole, part] = {
      'columns in values': inValue,
      'values, and columns in values': random.of([inColumn, inValue]),
      'values and columns': () =>
        random.of([inColumn(), inColumn(), [column(), 'actor.name'], [column(), column()], [text, column()]]),
    }[textTests]();
    return `${whole}.${test}(${part})${random.of(['', '', ' = false', ' != true'])}`;
  }

  #value(kind: string): string {
    const { random } = this;
    switch (kind) {
      case 'text':
        return random.of([...texts.map((text) => JSON.stringify(text)), 'nil', '1']);
      case 'flag':
        return random.of(['true', 'false', 'nil']);
      default:
        return random.of(['-1', '0', '1', '1.5', '2', '3', '5', '3000000000', 'nil', '"1"']);
    }
  }

  #name(): string {
    return `x${++this.#names}`;
  }
}

/** Texts within other texts, wildcards of patterns, and the text of `nil`. */
const partsOfTexts = ['min', 'ad', 'A', '%', '_', 'a_', '\\', '\u{1F600}', '\u{10FFFF}', 'null', 'x'];

const fieldsOf: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  User: [
    ['id', 'number'],
    ['name', 'text'],
    ['role', 'text'],
    ['active', 'flag'],
    ['level', 'number'],
  ],
  Folder: [
    ['id', 'number'],
    ['name', 'text'],
    ['isPublic', 'flag'],
    ['ownerId', 'number'],
    ['parentId', 'number'],
  ],
  Document: [
    ['id', 'number'],
    ['title', 'text'],
    ['status', 'text'],
    ['isPublic', 'flag'],
    ['priority', 'number'],
    ['score', 'number'],
    ['ownerId', 'number'],
  ],
  Comment: [
    ['id', 'number'],
    ['text', 'text'],
    ['rank', 'number'],
    ['authorId', 'number'],
  ],
  Tag: [
    ['id', 'number'],
    ['name', 'text'],
    ['weight', 'number'],
  ],
};
/** Returns the fields of a type except those whose values can have a fraction. */
const integersOf = (type: string) =>
  fieldsOf[type]!.filter(([name, kind]) => kind !== 'number' || name !== 'score');

const manyOf: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  User: [['documents', 'Document']],
  Folder: [['documents', 'Document']],
  Document: [
    ['comments', 'Comment'],
    ['tags', 'Tag'],
  ],
};
const oneOf: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  Folder: [
    ['owner', 'User'],
    ['parent', 'Folder'],
  ],
  Document: [
    ['owner', 'User'],
    ['reviewer', 'User'],
    ['folder', 'Folder'],
  ],
  Comment: [
    ['document', 'Document'],
    ['author', 'User'],
  ],
};
