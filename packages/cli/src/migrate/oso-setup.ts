import type {
  CallExpression,
  Expression,
  MemberExpression,
  NewExpression,
  Node,
  ObjectExpression,
  Statement,
} from '@babel/types';
import { declareType, registeredClasses } from './declare-type.js';
import { isFunction } from './late-instances.js';
import { isMemberName, keyText, membersOf } from './object-members.js';
import { addManual, lineBreakOf, textOf, walk, type ParsedSource } from './parsed-source.js';

/** The statements that create an instance of `Oso`, register classes and constants, and load policies. */
export interface OsoSetup extends Holder {
  readonly creation: NewExpression;
  /** Whether another list of statements registers and loads, such as the body of a function. */
  readonly isLoadedElsewhere: boolean;
  /** The statements that register. */
  readonly registrations: readonly Statement[];
  readonly load: Statement;
  /** The call of `Authorizer.load`, as text. */
  readonly replacement: string;
}

/** A variable, a property or a field of a class that holds an instance: `const oso = …`, `this.oso = …`, or `oso = …` in a class. */
interface Holder {
  readonly kind: 'variable' | 'assignment' | 'field';
  /** The text with which the file names the instance, such as `oso` or `this.oso`. */
  readonly name: string;
  /** The statement or the field, with its initial value. */
  readonly declaration: Node;
  /** The declaration, or the export of it. */
  readonly statement: Node;
  /** The text before the name, such as `export const ` or `private `. */
  readonly prefix: string;
}

/**
 * Reads how a file sets up an instance of `Oso`. What keeps it from becoming one call of `Authorizer.load` is added to the changes by hand.
 *
 * @returns undefined if the setup must be changed by hand
 */
export function readSetup(
  source: ParsedSource,
  creation: NewExpression,
  ancestors: readonly Node[],
): OsoSetup | undefined {
  const holder = holderOf(source, ancestors);
  if (holder === undefined) return undefined;
  const { kind, name, declaration, statement } = holder;
  const calls = callsOn(source, name);
  const load = calls.filter(({ method }) => /^load(?:Files?|Str)$/.test(method));
  const registrations = calls.filter(({ method }) => /^register(?:Class|Constant)$/.test(method));
  const [first] = load;
  if (first === undefined || load.length > 1) {
    addManual(
      source,
      creation,
      first === undefined
        ? `the file creates ${name} but does not load its policies; write one call of Authorizer.load with the policies and types`
        : `${name} loads policies at several places; write one call of Authorizer.load`,
    );
    return undefined;
  }
  if (!first.isAwaited) {
    addManual(source, first.call, 'await the policies; Authorizer.load returns a promise');
    return undefined;
  }
  const others = registrations.filter(
    ({ list, statement: registration }) => list !== first.list || registration === undefined,
  );
  if (others.length > 0 || first.statement === undefined) {
    for (const { call } of others.length > 0 ? others : [first])
      addManual(
        source,
        call,
        `register and load in one list of statements, or pass the types to Authorizer.load`,
      );
    return undefined;
  }
  const isLoadedElsewhere = !first.list.includes(statement as Statement);
  if (isLoadedElsewhere && kind === 'assignment') {
    addManual(
      source,
      creation,
      `create ${name} where its policies are loaded: ${name} = await Authorizer.load({ policies, types })`,
    );
    return undefined;
  }
  const early = earlyUses(
    source,
    name,
    [declaration, first.statement, ...registrations.map((it) => it.statement!)],
    first,
    isLoadedElsewhere,
  );
  for (const use of early)
    addManual(source, use, `${name} is used before its policies are loaded; move this after Authorizer.load`);
  if (early.length > 0) return undefined;
  const indent = indentOf(source, first.statement);
  const options = [
    policiesOf(source, first.call),
    ...typesOf(source, registrations, `${indent}  `),
    ...optionsOf(source, creation),
  ];
  if (options.includes(undefined)) return undefined;
  return {
    ...holder,
    creation,
    isLoadedElsewhere,
    registrations: registrations.map((it) => it.statement!),
    load: first.statement,
    replacement: `await Authorizer.load(${objectText(options as string[], indent)})`.replaceAll(
      '\n',
      lineBreakOf(source),
    ),
  };
}

/** Finds the holder of a new instance. @returns undefined if it is not a variable, a property or a field */
function holderOf(source: ParsedSource, ancestors: readonly Node[]): Holder | undefined {
  const [outer, declaration, parent] = [ancestors.at(-3), ancestors.at(-2), ancestors.at(-1)];
  if (
    declaration?.type === 'VariableDeclaration' &&
    parent?.type === 'VariableDeclarator' &&
    parent.id.type === 'Identifier' &&
    declaration.declarations.length === 1
  ) {
    const isExported = outer?.type === 'ExportNamedDeclaration';
    const statement = isExported ? outer : declaration;
    const prefix = `${isExported ? 'export ' : ''}${declaration.kind} `;
    return { kind: 'variable', name: parent.id.name, declaration, statement, prefix };
  }
  if (parent?.type === 'AssignmentExpression' && parent.operator === '=') {
    const name = textOf(source, parent.left);
    return declaration?.type === 'ExpressionStatement' && /^(?:this\.)?#?[\w$]+$/.test(name)
      ? { kind: 'assignment', name, declaration, statement: declaration, prefix: '' }
      : undefined;
  }
  if (parent?.type === 'ClassPrivateProperty' && !parent.static) {
    const name = `this.#${parent.key.id.name}`;
    return { kind: 'field', name, declaration: parent, statement: parent, prefix: '' };
  }
  if (parent?.type !== 'ClassProperty' || parent.key.type !== 'Identifier') return undefined;
  const { key, accessibility } = parent;
  if (parent.computed || parent.static || parent.override || (parent.decorators ?? []).length > 0)
    return undefined;
  const prefix = accessibility ? `${accessibility} ` : '';
  return { kind: 'field', name: `this.${key.name}`, declaration: parent, statement: parent, prefix };
}

/** Returns the uses of the instance that run before the policies are loaded. */
function earlyUses(
  source: ParsedSource,
  name: string,
  done: readonly Node[],
  { statement: load }: SetupCall,
  isLoadedElsewhere: boolean,
): Node[] {
  const found: Node[] = [];
  walk(source.tree.program, (node, ancestors) => {
    if (!isNamed(source, node, name) || ancestors.some((it) => done.includes(it))) return;
    const parent = ancestors.at(-1)!;
    if (parent.type === 'ExportSpecifier' || isMemberName(node, parent)) return;
    // This call is deleted by hand: the authorizer receives the adapter when it is loaded.
    if (parent.type === 'MemberExpression' && isMethod(parent, 'setDataFilteringAdapter')) return;
    const isAround = (it: Node): boolean => it.start! <= load!.start! && load!.end! <= it.end!;
    if (ancestors.some((it) => isFunction(it) && !isAround(it))) return;
    const runsInLoader = ancestors.some((it) => isFunction(it) && isAround(it));
    if (node.start! < load!.start! || (isLoadedElsewhere && !runsInLoader)) found.push(node);
  });
  return found;
}

/** Returns whether a node is the instance, such as `oso` or `this.oso`. */
const isNamed = (source: ParsedSource, node: Node, name: string): boolean =>
  (node.type === 'Identifier' || node.type === 'MemberExpression') && textOf(source, node) === name;

const isMethod = ({ property, computed }: MemberExpression, name: string): boolean =>
  property.type === 'Identifier' && !computed && property.name === name;

/** A call of a method on the instance. */
interface SetupCall {
  readonly method: string;
  readonly call: CallExpression;
  readonly isAwaited: boolean;
  /** The statement that consists of the call; undefined for a call inside of an expression. */
  readonly statement: Statement | undefined;
  /** The statements among which the call is. */
  readonly list: readonly Statement[];
}

function callsOn(source: ParsedSource, name: string): SetupCall[] {
  const found: SetupCall[] = [];
  walk(source.tree.program, (call, ancestors) => {
    if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return;
    const { object, property } = call.callee;
    if (!isNamed(source, object, name) || property.type !== 'Identifier') return;
    const isAwaited = ancestors.at(-1)?.type === 'AwaitExpression';
    const statement = ancestors.at(isAwaited ? -2 : -1);
    const parent = ancestors.at(isAwaited ? -3 : -2);
    found.push({
      method: property.name,
      call,
      isAwaited,
      statement: statement?.type === 'ExpressionStatement' ? statement : undefined,
      list: parent?.type === 'Program' || parent?.type === 'BlockStatement' ? parent.body : [],
    });
  });
  return found;
}

function policiesOf(source: ParsedSource, { callee, arguments: args }: CallExpression): string | undefined {
  const [first, second] = args;
  const { name: method } = (callee as { property: { name: string } }).property;
  if (first === undefined || first.type === 'SpreadElement') {
    addManual(source, callee, 'pass the policies to Authorizer.load');
    return undefined;
  }
  if (method !== 'loadStr') return `policies: ${textOf(source, first)}`;
  const name = second === undefined ? `'policy.polar'` : textOf(source, second);
  return `policies: { name: ${name}, source: ${textOf(source, first)} }`;
}

function typesOf(source: ParsedSource, calls: readonly SetupCall[], indent: string): (string | undefined)[] {
  const [types, constants]: [(string | undefined)[], (string | undefined)[]] = [[], []];
  const registered = registeredClasses(
    source,
    calls.filter(({ method }) => method === 'registerClass').map(({ call }) => call),
  );
  for (const { method, call } of calls) {
    if (method === 'registerClass') types.push(declareType(source, call, registered));
    else constants.push(constantOf(source, call));
  }
  const option = (name: string, members: readonly (string | undefined)[]): (string | undefined)[] => {
    if (members.length === 0) return [];
    return members.includes(undefined)
      ? [undefined]
      : [`${name}: ${objectText(members as string[], indent)}`];
  };
  return [...option('types', types), ...option('constants', constants)];
}

/** Returns the text of an object with one member a line. */
const objectText = (members: readonly string[], indent: string): string =>
  `{\n${members.map((member) => `${indent}  ${member},\n`).join('')}${indent}}`;

/** Returns the white space before a statement. */
const indentOf = ({ text }: ParsedSource, { start }: Node): string =>
  /[\t ]*$/.exec(text.slice(0, start!))![0];

function constantOf(source: ParsedSource, call: CallExpression): string | undefined {
  const [value, name] = call.arguments;
  if (value !== undefined && name?.type === 'StringLiteral')
    return value.type === 'Identifier' && value.name === name.value
      ? name.value
      : `${keyText(name.value)}: ${textOf(source, value)}`;
  addManual(source, call, 'pass the constant to Authorizer.load, as constants: { NAME: value }');
  return undefined;
}

function optionsOf(source: ParsedSource, creation: NewExpression): (string | undefined)[] {
  const [options] = creation.arguments;
  if (options === undefined) return [`equality: 'deep'`];
  if (options.type !== 'ObjectExpression') {
    addManual(source, options, 'write the options as an object, and run the command again');
    return [undefined];
  }
  const members = membersOf(options);
  const moved = [...members].map(([name, value]) => optionOf(source, options, name, value));
  return members.has('equalityFn') ? moved : [...moved, `equality: 'deep'`];
}

function optionOf(
  source: ParsedSource,
  options: ObjectExpression,
  name: string,
  value: Expression | undefined,
): string | undefined {
  if (value !== undefined && name === 'readAction') return `readAction: ${textOf(source, value)}`;
  if (value !== undefined && name === 'equalityFn') return `equality: ${textOf(source, value)}`;
  addManual(
    source,
    value ?? options,
    name.endsWith('Error')
      ? `the option ${name} does not exist; check errors with isNotFoundError and isForbiddenError`
      : `the option ${name} does not exist`,
  );
  return undefined;
}
