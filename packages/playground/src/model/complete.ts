import { blocksOf, declarationsOf } from '@nanook/cli/tools';
import { isOneOf, readFieldInput } from '@nanook/core/filter';
import type { FieldTypeInput, TypesInput } from '@nanook/core';
import { tokensOf, type PolicyToken } from '@nanook/core/syntax';
import type { LoadedProject } from './load-project.js';

export interface Completion {
  readonly text: string;
  readonly kind:
    | 'action'
    | 'data'
    | 'field'
    | 'keyword'
    | 'relation'
    | 'role'
    | 'rule'
    | 'type'
    | 'value'
    | 'variable';
  /** A short note, such as the type of a field. */
  readonly detail?: string;
}

export interface Completions {
  /** The offset from which the text is replaced. */
  readonly from: number;
  readonly items: readonly Completion[];
}

const keywords = [
  'and',
  'cut',
  'forall',
  'if',
  'in',
  'matches',
  'mod',
  'not',
  'or',
  'print',
  'rem',
  'true',
  'false',
  'nil',
];
const statements = ['actor', 'resource', 'test', 'type'];
const declarations = ['permissions', 'roles', 'relations'];

/**
 * Returns the names that fit at a place of a policy: fields of the type of a variable after a dot, types after a colon, and actions, roles and
 * relations between quotes. The names come from the last correct version of the project, because the statement at the cursor is seldom one.
 */
export function completionsAt(text: string, offset: number, loaded: LoadedProject): Completions | undefined {
  const all = tokensOf(text);
  if (all.some(({ kind, start, end }) => kind === 'comment' && start < offset && offset <= end))
    return undefined;
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const current = tokens.findIndex(({ start, end }) => start < offset && offset <= end);
  const token = tokens[current];
  const isWord = token !== undefined && /^[\w"]/.test(text.slice(token.start, token.end));
  const from = isWord ? token.start : offset;
  const before = tokens.filter(({ end }) => end <= from);
  const statement = statementBefore(before, text);
  if (token !== undefined && (token.kind === 'string' || token.kind === 'unterminated')) {
    // A closed string is complete behind its last quote.
    if (token.kind === 'string' && offset === token.end) return undefined;
    return { from: token.start + 1, items: texts(statement, loaded) };
  }
  const last = before.at(-1);
  if (last?.text === '.') return { from, items: fieldsOf(statement.slice(0, -1), loaded) };
  if (last?.text === ':' || last?.text === 'matches' || last?.text === 'new')
    return { from, items: typeNames(loaded) };
  if (token?.kind === 'number') return undefined;
  return { from, items: names(statement, loaded, text) };
}

/** Returns the tokens of the statement before the cursor. A statement starts at the margin, or after the brace that closes a block. */
function statementBefore(tokens: readonly PolicyToken[], text: string): readonly PolicyToken[] {
  let start = 0;
  tokens.forEach((token, i) => {
    const isAtMargin = token.start === 0 || text[token.start - 1] === '\n';
    if (isAtMargin && token.text !== '}') start = i;
  });
  return tokens.slice(start);
}

const item = (kind: Completion['kind'], texts_: Iterable<string>, detail?: string): Completion[] =>
  [...new Set(texts_)].map((text) => ({ text, kind, ...(detail !== undefined && { detail }) }));

const typeNames = ({ project }: LoadedProject): Completion[] => [
  ...item('type', Object.keys(project.types)),
  ...item(
    'type',
    ['Actor', 'Resource', 'String', 'Integer', 'Float', 'Boolean', 'List', 'Dictionary'],
    'built-in',
  ),
];

function declared(loaded: LoadedProject, kind: 'permission' | 'role' | 'relation', type?: string): string[] {
  return blocksOf(loaded.project.trees)
    .filter(({ className }) => type === undefined || className.name === type)
    .flatMap(declarationsOf)
    .filter((each) => each.kind === kind)
    .map(({ name }) => name);
}

/** Returns the texts that fit between quotes: it depends on the call and the place of the argument, or on the compared field. */
function texts(statement: readonly PolicyToken[], loaded: LoadedProject): Completion[] {
  const actions = (type?: string): Completion[] =>
    item('action', [
      ...declared(loaded, 'permission', type),
      ...(type === undefined ? loaded.authorizer.policy.actions() : []),
    ]);
  const roles = (type?: string): Completion[] =>
    item('role', [
      ...declared(loaded, 'role', type),
      ...(type === undefined ? loaded.vocabulary().types.flatMap((each) => each.roles) : []),
    ]);
  const relations = (type?: string): Completion[] => item('relation', declared(loaded, 'relation', type));
  const last = statement.at(-1);
  const block = blockType(statement);
  if (block !== undefined) {
    if (last?.text === 'on') return relations(block);
    return [...actions(block), ...roles(block), ...roles()];
  }
  const call = callAt(statement);
  if (call !== undefined && call.argument === 1) {
    if (call.name === 'has_role') return roles();
    if (call.name === 'has_relation') return relations();
    if (call.name === 'allow' || call.name === 'has_permission' || call.name === 'allow_field')
      return actions();
  }
  if (call?.name === 'allow_field' && call.argument === 3)
    return item(
      'field',
      loaded.vocabulary().types.flatMap(({ fields }) => fields ?? []),
    );
  const values = comparedValues(statement, loaded);
  return values.length > 0 ? values : [...actions(), ...roles(), ...relations()];
}

/** Returns the values of the field before `=` or `!=`, which its declaration lists. */
function comparedValues(statement: readonly PolicyToken[], loaded: LoadedProject): Completion[] {
  const operator = statement.at(-1)?.text;
  if (operator !== '=' && operator !== '!=' && operator !== '==') return [];
  const name = statement.at(-2)?.text;
  if (statement.at(-3)?.text !== '.' || name === undefined) return [];
  const input = fieldInputs(statement.slice(0, -3), loaded)[name];
  const type = input === undefined ? undefined : readFieldInput(input).type;
  return type !== undefined && isOneOf(type) ? item('value', type.oneOf) : [];
}

function blockType(statement: readonly PolicyToken[]): string | undefined {
  const [keyword, name] = statement;
  const isBlock = keyword?.kind === 'name' && (keyword.text === 'resource' || keyword.text === 'actor');
  return isBlock && name?.kind === 'name' ? name.text : undefined;
}

/** Returns the innermost call that is open at the end of a statement, and the number of the argument there. */
function callAt(
  statement: readonly PolicyToken[],
): { readonly name: string; readonly argument: number } | undefined {
  let depth = 0;
  let argument = 0;
  for (let i = statement.length - 1; i >= 0; i--) {
    const { text } = statement[i]!;
    if (text === ')' || text === ']' || text === '}') depth++;
    else if (text === ',' && depth === 0) argument++;
    else if (text === '(' && depth === 0) {
      const name = statement[i - 1];
      return name?.kind === 'name' ? { name: name.text, argument } : undefined;
    } else if (text === '(' || text === '[' || text === '{') {
      if (depth === 0) argument = 0;
      else depth--;
    }
  }
  return undefined;
}

/** Returns the fields of the value at the end of the tokens, such as `note.owner`. */
function fieldsOf(path: readonly PolicyToken[], loaded: LoadedProject): Completion[] {
  const found = Object.entries(fieldInputs(path, loaded)).map(([text, input]): Completion => ({
    text,
    kind: 'field',
    detail: typeText(input),
  }));
  if (found.length > 0) return found;
  const variable = path.at(-1)?.text ?? '';
  if (variable === 'Clock') return item('rule', ['now()']);
  const value = loaded.fixtures[variable];
  const row = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return item('field', row.length > 0 ? row : allFields(loaded.project.types));
}

type Fields = Readonly<Record<string, FieldTypeInput>>;

const fieldsIn = (types: TypesInput, name: string): Fields => {
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined || typeof type === 'function') return {};
  const relations = Object.entries(type.relations ?? {}).map(
    ([property, relation]): [string, FieldTypeInput] => [
      property,
      relation.kind === 'one' ? relation.type : [relation.type],
    ],
  );
  return { ...Object.fromEntries(relations), ...type.fields };
};

const allFields = (types: TypesInput): string[] =>
  Object.keys(types).flatMap((name) => Object.keys(fieldsIn(types, name)));

/** Follows a path such as `note.folder` from the type of its variable. */
function fieldInputs(path: readonly PolicyToken[], loaded: LoadedProject): Fields {
  const { types } = loaded.project;
  const words: string[] = [];
  let at = path.length - 1;
  for (; at >= 0 && path[at]!.kind === 'name'; at -= 2) {
    words.unshift(path[at]!.text);
    if (path[at - 1]?.text !== '.') break;
  }
  const [variable, ...properties] = words;
  if (variable === undefined) return {};
  let type = typeOfVariable(variable, path, loaded);
  for (const property of properties) {
    const input: FieldTypeInput | undefined =
      type === undefined ? undefined : fieldsIn(types, type)[property];
    type = input === undefined ? undefined : typeName(input);
  }
  return type === undefined ? {} : fieldsIn(types, type);
}

/** Returns the type that the statement gives to a variable: `note: Note`, or an item of a list, `role in user.roles`. */
function typeOfVariable(
  name: string,
  statement: readonly PolicyToken[],
  loaded: LoadedProject,
): string | undefined {
  for (let i = 0; i + 2 < statement.length; i++) {
    const [variable, operator, type] = statement.slice(i, i + 3) as [PolicyToken, PolicyToken, PolicyToken];
    if (variable.text !== name || variable.kind !== 'name') continue;
    if ((operator.text === ':' || operator.text === 'matches') && type.kind === 'name') return type.text;
    if (operator.text !== 'in') continue;
    let end = i + 2;
    while (statement[end + 1]?.text === '.' && statement[end + 2]?.kind === 'name') end += 2;
    const property = statement[end]!.text;
    if (end === i + 2 || property === name) continue;
    const input = fieldInputs(statement.slice(i + 2, end - 1), loaded)[property];
    const item_ = input === undefined ? undefined : readFieldInput(input).type;
    if (Array.isArray(item_)) return typeName((item_ as readonly FieldTypeInput[])[0] ?? '');
  }
  const value = Object.hasOwn(loaded.fixtures, name) ? loaded.fixtures[name] : undefined;
  return value === undefined ? undefined : loaded.authorizer.policy.typesOf(value)[0];
}

function typeName(input: FieldTypeInput): string | undefined {
  const { type } = readFieldInput(input);
  return typeof type === 'string' ? type : undefined;
}

function typeText(input: FieldTypeInput): string {
  const { type, nullable } = readFieldInput(input);
  const text = isOneOf(type)
    ? type.oneOf.map((each) => `"${each}"`).join(' | ')
    : Array.isArray(type)
      ? `list of ${(type as readonly FieldTypeInput[]).map(typeText).join()}`
      : typeof type === 'string'
        ? type
        : 'Any';
  return nullable ? `${text} or nil` : text;
}

function names(statement: readonly PolicyToken[], loaded: LoadedProject, text: string): Completion[] {
  const isStart = statement.length === 0 || statement.at(-1)?.text === ';' || statement.at(-1)?.text === '}';
  if (blockType(statement) !== undefined && statement.some(({ text: word }) => word === '{'))
    return [...item('keyword', [...declarations, 'if', 'on']), ...typeNames(loaded)];
  const own = statement
    .filter(({ kind, text: word }) => kind === 'name' && /^[a-z_]/.test(word))
    .map((each) => each.text);
  const rules = loaded.authorizer.policy.rules;
  const isTest = statement[0]?.text === 'test';
  return [
    ...(isStart && !isTest ? item('keyword', statements) : []),
    ...(isTest ? item('keyword', ['assert', 'assert_not', 'setup', 'iff']) : []),
    ...(isTest
      ? item(
          'data',
          Object.keys(loaded.fixtures).filter((name) => /^\w+$/.test(name)),
        )
      : []),
    ...item(
      'variable',
      own.filter((word) => !rules.includes(word) && word !== 'test' && text.includes(word)),
    ),
    ...item('rule', rules),
    ...item(
      'rule',
      ['allow', 'has_permission', 'has_role', 'has_relation'].filter((name) => !rules.includes(name)),
    ),
    ...(isStart ? [] : item('keyword', keywords)),
    ...typeNames(loaded),
  ];
}
