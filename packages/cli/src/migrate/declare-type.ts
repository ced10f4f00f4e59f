import type { CallExpression, Expression, Node, ObjectExpression } from '@babel/types';
import { membersOf } from './object-members.js';
import { addManual, textOf, type ParsedSource } from './parsed-source.js';

const builtIns = new Map([
  ['String', 'String'],
  ['Number', 'Float'],
  ['Boolean', 'Boolean'],
  ['Array', 'List'],
]);

/**
 * Returns the member of `types` for a call of `registerClass`, such as `Repo: { class: Repository, fields: { id: 'Float' } }`.
 *
 * @returns undefined if the call must be changed by hand
 */
export function declareType(source: ParsedSource, call: CallExpression): string | undefined {
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
  return declared(source, type, options);
}

function declared(source: ParsedSource, type: Expression, options: ObjectExpression): string | undefined {
  const { name, fields, isaCheck, ...others } = Object.fromEntries(membersOf(options));
  const [other] = Object.keys(others);
  if (other !== undefined)
    return byHand(source, options, `the option ${other} does not exist; see the guide of your ORM for lists`);
  if (name !== undefined && name.type !== 'StringLiteral')
    return byHand(source, name, 'write the name of the type as a text');
  const key = name?.value ?? (type.type === 'Identifier' ? type.name : undefined);
  if (key === undefined) return byHand(source, options, 'give the type a name');

  const columns = fields === undefined ? [] : columnsOf(source, fields);
  if (columns === undefined) return undefined;
  const text = textOf(source, type);
  const isPlain = isaCheck === undefined && columns.length === 0;
  if (isPlain) return key === text ? key : `${key}: ${text}`;
  const identified = isaCheck === undefined ? `class: ${text}` : `is: ${textOf(source, isaCheck)}`;
  return `${key}: { ${[identified, ...columns].join(', ')} }`;
}

/** Returns the members `key`, `fields` and `relations` of a type. */
function columnsOf(source: ParsedSource, fields: Expression): string[] | undefined {
  if (fields.type !== 'ObjectExpression') {
    byHand(source, fields, 'write the fields as an object, and run the command again');
    return undefined;
  }
  const [columns, relations]: [string[], string[]] = [[], []];
  for (const [name, value] of membersOf(fields)) {
    const relation = value === undefined ? undefined : relationOf(source, value);
    if (relation !== undefined) relations.push(`${name}: ${relation}`);
    else if (value?.type === 'Identifier')
      columns.push(`${name}: '${builtIns.get(value.name) ?? value.name}'`);
    else {
      byHand(source, value ?? fields, `declare the field ${name} in Authorizer.load`);
      return undefined;
    }
  }
  return [
    ...(columns.some((column) => column.startsWith('id:')) ? [`key: 'id'`] : []),
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
