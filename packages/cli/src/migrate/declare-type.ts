import type { CallExpression, Expression, Node, ObjectExpression } from '@babel/types';
import { keyText, membersOf } from './object-members.js';
import { addManual, isTypeScriptFile, textOf, type ParsedSource } from './parsed-source.js';

const builtIns = new Map([
  ['String', 'String'],
  ['Number', 'Float'],
  ['Boolean', 'Boolean'],
  ['Array', 'List'],
  ['Object', 'Any'],
  ['Date', 'Date'],
]);

/** The classes that a setup registers. */
export interface RegisteredClasses {
  /** The name of each class in policies, by its name in the file. */
  readonly names: ReadonlyMap<string, string>;
  /** The classes that can have instances. */
  readonly withInstances: readonly string[];
}

export function registeredClasses(source: ParsedSource, calls: readonly CallExpression[]): RegisteredClasses {
  const names = new Map<string, string>();
  const withInstances: string[] = [];
  for (const {
    arguments: [type, options],
  } of calls) {
    if (type?.type !== 'Identifier') continue;
    const members = options?.type === 'ObjectExpression' ? membersOf(options) : new Map<string, undefined>();
    const name = members.get('name');
    names.set(type.name, name?.type === 'StringLiteral' ? name.value : type.name);
    if (!isEmptyClass(source, type)) withInstances.push(type.name);
  }
  return { names, withInstances };
}

/** Returns whether a class only names a type, so that no value is an instance of it. */
function isEmptyClass({ tree }: ParsedSource, type: Expression): boolean {
  if (type.type === 'ClassExpression') return type.body.body.length === 0 && !type.superClass;
  return tree.program.body.some((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return (
      declared?.type === 'ClassDeclaration' &&
      type.type === 'Identifier' &&
      declared.id?.name === type.name &&
      declared.body.body.length === 0 &&
      !declared.superClass
    );
  });
}

/**
 * Returns the member of `types` for a call of `registerClass`, such as `Repo: { class: Repository, fields: { id: 'Float' } }`.
 *
 * @returns undefined if the call must be changed by hand
 */
export function declareType(
  source: ParsedSource,
  call: CallExpression,
  registered: RegisteredClasses,
): string | undefined {
  const [type, options] = call.arguments;
  if (type === undefined || (type.type !== 'Identifier' && type.type !== 'ClassExpression'))
    return byHand(
      source,
      call,
      'declare the type in Authorizer.load, as types: { Name: { class: TheClass } }',
    );
  if (options === undefined)
    return type.type === 'Identifier' ? type.name : byHand(source, call, 'give the class a name');
  if (options.type !== 'ObjectExpression')
    return byHand(source, options, 'write the options as an object, and run the command again');
  return declared(source, type, options, registered);
}

function declared(
  source: ParsedSource,
  type: Expression,
  options: ObjectExpression,
  registered: RegisteredClasses,
): string | undefined {
  const members = membersOf(options);
  const method = [...members].find(([member, value]) => value === undefined && member !== '…')?.[0];
  if (method !== undefined)
    return byHand(source, options, `write ${method} as a property, such as ${method}: (value) => …`);
  const { name, fields, isaCheck, ...others } = Object.fromEntries(members);
  const [other] = Object.keys(others);
  if (other !== undefined)
    return byHand(
      source,
      options,
      other === '…'
        ? 'write each option by its name, and run the command again'
        : `the option ${other} does not exist; see the guide of your ORM for lists`,
    );
  if (name !== undefined && name.type !== 'StringLiteral')
    return byHand(source, name, 'write the name of the type as a text');
  const key = name?.value ?? (type.type === 'Identifier' ? type.name : undefined);
  if (key === undefined) return byHand(source, options, 'give the type a name');

  const columns = fields === undefined ? [] : columnsOf(source, fields, registered);
  if (columns === undefined) return undefined;
  const text = textOf(source, type);
  const isPlain = isaCheck === undefined && columns.length === 0;
  if (isPlain) return key === text ? key : `${keyText(key)}: ${text}`;
  const identified =
    isaCheck === undefined ? `class: ${text}` : predicate(source, type, isaCheck, registered);
  return identified === undefined ? undefined : `${keyText(key)}: { ${[identified, ...columns].join(', ')} }`;
}

/**
 * Returns the member `is`. The engine of oso does not call `isaCheck` for an instance of a registered class, and `is` is called for each value. So
 * the result excludes these instances.
 */
function predicate(
  source: ParsedSource,
  type: Expression,
  isaCheck: Expression,
  { withInstances }: RegisteredClasses,
): string | undefined {
  if (!isEmptyClass(source, type))
    return byHand(
      source,
      isaCheck,
      'a type has a class or a predicate; if rows are not instances of the class, register an empty class, and run the command again',
    );
  const check = textOf(source, isaCheck);
  if (withInstances.length === 0) return `is: ${check}`;
  const value = isTypeScriptFile(source.file) ? 'value: any' : 'value';
  return `is: (${value}) => ![${withInstances.join(', ')}].includes(value?.constructor) && (${check})(value)`;
}

/**
 * Returns the members `fields` and `relations` of a type. It has no `key`, because oso compares all fields: two rows of different tenants can have
 * the same `id`. A field of a registered class has the type `Any`, because the type of a field is also that of a plain object in it.
 */
function columnsOf(
  source: ParsedSource,
  fields: Expression,
  { names }: RegisteredClasses,
): string[] | undefined {
  if (fields.type !== 'ObjectExpression') {
    byHand(source, fields, 'write the fields as an object, and run the command again');
    return undefined;
  }
  const [columns, relations]: [string[], string[]] = [[], []];
  for (const [name, value] of membersOf(fields)) {
    const relation = value === undefined ? undefined : relationOf(source, value);
    const type =
      value?.type === 'Identifier'
        ? (builtIns.get(value.name) ?? (names.has(value.name) ? 'Any' : undefined))
        : undefined;
    if (relation !== undefined) relations.push(`${keyText(name)}: ${relation}`);
    else if (type !== undefined) columns.push(`${keyText(name)}: '${type}'`);
    else {
      byHand(source, value ?? fields, `declare the field ${name} in Authorizer.load`);
      return undefined;
    }
  }
  return [
    ...(columns.length > 0 ? [`fields: { ${columns.join(', ')} }`] : []),
    ...(relations.length > 0 ? [`relations: { ${relations.join(', ')} }`] : []),
  ];
}

/** Returns `one(…)` or `many(…)` for `new Relation(kind, type, field, otherField)`. */
function relationOf(source: ParsedSource, value: Expression): string | undefined {
  if (
    value.type !== 'NewExpression' ||
    value.callee.type !== 'Identifier' ||
    value.callee.name !== 'Relation'
  )
    return undefined;
  const [kind, type, local, foreign] = value.arguments;
  if (kind?.type !== 'StringLiteral' || type === undefined || local === undefined || foreign === undefined)
    return undefined;
  const columns = `{ local: ${textOf(source, local)}, foreign: ${textOf(source, foreign)} }`;
  return `${kind.value === 'many' ? 'many' : 'one'}(${textOf(source, type)}, ${columns})`;
}

function byHand(source: ParsedSource, node: Node, message: string): undefined {
  addManual(source, node, message);
}
