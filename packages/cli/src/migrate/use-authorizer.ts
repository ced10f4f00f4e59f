import type {
  CallExpression,
  Identifier,
  ImportDeclaration,
  ImportSpecifier,
  MemberExpression,
  NewExpression,
  Node,
  OptionalCallExpression,
  OptionalMemberExpression,
} from '@babel/types';
import type MagicString from 'magic-string';
import type { Instances } from './instances.js';
import { moduleNames } from './module-names.js';
import { listEarlyUses, type LateInstances } from './late-instances.js';
import { isMemberName } from './object-members.js';
import { readSetup, type OsoSetup } from './oso-setup.js';
import { addManual, isTypeScriptFile, textOf, walk, type ParsedSource } from './parsed-source.js';

/** The name in `@nanook/core` for each export of `oso` that has one. */
const exportNames: Readonly<Record<string, string>> = {
  Oso: 'Authorizer',
  AuthorizationError: 'AuthorizationError',
  NotFoundError: 'NotFoundError',
  ForbiddenError: 'ForbiddenError',
  Variable: 'QueryVariable',
  Expression: 'Expression',
  PolarError: 'PolarError',
  Class: 'Class',
};

/** Methods of `Oso` that must be replaced by hand. */
const advice: Readonly<Record<string, string>> = {
  authorizedQuery: 'pass the condition of authorizer.where(actor, action, type) to the adapter of your ORM',
  authorizedResources:
    'load the authorizer with the option resources of your ORM, or pass the condition of authorizer.where(…) to your ORM',
  queryRuleOnce:
    'write !(await authorizer.policy.queryRule(name, [arguments]).next()).done, which is true if the rule holds',
  clearRules: 'call authorizer.reload(policies), which replaces the policy as a whole',
  setDataFilteringAdapter: 'pass the adapter of your ORM as the option resources of Authorizer.load',
  registerClass: 'declare the type in Authorizer.load, as types: { Name: { class: TheClass } }',
  registerConstant: 'pass the constant to Authorizer.load, as constants: { NAME: value }',
  loadFile: 'pass the policies to Authorizer.load',
  loadFiles: 'pass the policies to Authorizer.load',
  loadStr: 'pass the policies to Authorizer.load',
  repl: 'run nanook repl in a terminal',
  getHost: 'the authorizer has no host; declare types in Authorizer.load',
  free: 'delete the call; memory is released without it',
};

/** The name in `Authorizer` for each method of `Oso` whose arguments are the same. */
const methodNames: Readonly<Record<string, string>> = {
  isAllowed: 'can',
  authorizedActions: 'actions',
  authorizedFields: 'fields',
  query: 'policy.query',
};

/** Methods with names that other libraries seldom use. */
const distinctive = new Set([
  'authorizedQuery',
  'authorizedResources',
  'queryRule',
  'queryRuleOnce',
  'registerConstant',
  'setDataFilteringAdapter',
]);

/** The other files of the application. */
export interface Application extends Instances {
  /** Whether an instance of `Oso` remains. The files that use it then stay as they are. */
  readonly keepsInstances: boolean;
  /** Whether a file names the package oso. Later runs then do not list calls that were changed before. */
  readonly namesPackage: boolean;
  readonly late: LateInstances;
}

/**
 * Replaces the class `Oso` by `Authorizer` of `@nanook/core`, in a file that imports it, and the calls in a file that imports an instance. If a
 * place must be changed by hand, the text stays as it is, and `manual` lists each place.
 *
 * @returns the names of the instances that a function of the file creates
 */
export function useAuthorizer(
  source: ParsedSource,
  { provides, keepsInstances, namesPackage, late }: Application,
): readonly string[] {
  const imports = osoImports(source);
  const namesOso = imports.length > 0 || source.manual.length > 0;
  if (!namesOso && !moduleNames(source).some(({ text }) => provides(source.file, text))) {
    if (namesPackage) listLikelyCalls(source);
    return [];
  }
  const locals = localNames(source, imports);
  const className = locals.get('Oso') ?? 'Oso';
  const setups = readSetups(source, className);
  const calls = readCalls(source, setups);
  const renamed = readRenamedCalls(source, instanceNames(source, setups, provides));
  if (namesOso) listMisuses(source, locals, setups);
  listEarlyUses(source, late);
  if (keepsInstances && source.manual.length === 0)
    for (const declaration of imports)
      addManual(source, declaration, 'run the command again when the files that create Oso are changed');
  if (source.manual.length > 0 || keepsInstances) {
    for (const { callee } of calls)
      addManual(source, callee, 'an authorizer takes a list: policy.queryRule(name, [arguments])');
    for (const { property, name } of renamed)
      addManual(source, property, `the method of an authorizer is named ${name}`);
    return [];
  }

  for (const setup of setups) replaceSetup(source, setup);
  for (const call of calls) listArguments(source, call);
  for (const { property, name } of renamed) source.edited.update(property.start!, property.end!, name);
  if (locals.has('Oso')) renameClass(source, className, setups);
  for (const declaration of imports) replaceImport(source, declaration, setups);
  return setups.flatMap(({ isLoadedElsewhere, name }) => (isLoadedElsewhere ? [name] : []));
}

/** Lists the calls of a file that receives the instance by a way that cannot be followed, such as a parameter. */
function listLikelyCalls(source: ParsedSource): void {
  walk(source.tree.program, (node) => {
    if (!isCall(node)) return;
    const { object, property } = node.callee;
    if (
      property.type === 'Identifier' &&
      distinctive.has(property.name) &&
      /oso/i.test(textOf(source, object))
    )
      addManual(
        source,
        property,
        advice[property.name] ?? 'an authorizer takes a list: policy.queryRule(name, [arguments])',
      );
  });
}

const isOso = (name: string): boolean => name === 'oso' || name === '@nanook/oso';

function osoImports(source: ParsedSource): ImportDeclaration[] {
  const found: ImportDeclaration[] = [];
  for (const { literal, text, user } of moduleNames(source)) {
    if (isOso(text) && user.type === 'ImportDeclaration') found.push(user);
    else if (isOso(text) && user.type.startsWith('Export'))
      addManual(
        source,
        literal,
        `export the names from '@nanook/core', and change each file that imports them`,
      );
    else if (isOso(text) || /^(?:@nanook\/)?oso\//.test(text))
      addManual(source, literal, `import the names that you need from '@nanook/core'`);
  }
  return found;
}

/** Returns the local name of each import, by its name in `oso`. */
function localNames(source: ParsedSource, imports: readonly ImportDeclaration[]): Map<string, string> {
  const locals = new Map<string, string>();
  for (const { specifiers } of imports)
    for (const specifier of specifiers) {
      if (specifier.type !== 'ImportSpecifier') {
        addManual(source, specifier, `import the names that you need from '@nanook/core'`);
        continue;
      }
      const name = importedName(specifier);
      if (exportNames[name] === undefined && name !== 'Relation')
        addManual(source, specifier, `${name} has no counterpart in @nanook/core`);
      else if (locals.has(name) && locals.get(name) !== specifier.local.name)
        addManual(source, specifier, `import ${name} only once`);
      locals.set(name, specifier.local.name);
    }
  return locals;
}

const importedName = ({ imported }: ImportSpecifier): string =>
  imported.type === 'Identifier' ? imported.name : imported.value;

function readSetups(source: ParsedSource, className: string): OsoSetup[] {
  const setups: OsoSetup[] = [];
  walk(source.tree.program, (node, ancestors) => {
    if (
      (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') &&
      isName(node.superClass, className)
    )
      addManual(
        source,
        node.superClass!,
        'a subclass of Authorizer is created with load; wrap an Authorizer instead',
      );
    if (node.type !== 'NewExpression' || !isName(node.callee, className)) return;
    const setup = readSetup(source, node, ancestors);
    if (setup !== undefined) setups.push(setup);
  });
  return setups;
}

const isName = (node: Node | null | undefined, name: string): boolean =>
  node?.type === 'Identifier' && node.name === name;

type MethodCall = (CallExpression | OptionalCallExpression) & {
  readonly callee: MemberExpression | OptionalMemberExpression;
};

const isCall = (node: Node): node is MethodCall =>
  (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') &&
  (node.callee.type === 'MemberExpression' || node.callee.type === 'OptionalMemberExpression');

/** Returns the calls of `queryRule`, and adds those that must be changed by hand. */
function readCalls(source: ParsedSource, setups: readonly OsoSetup[]): MethodCall[] {
  const calls: MethodCall[] = [];
  const done = replacedNodes(setups);
  walk(source.tree.program, (node, ancestors) => {
    const method = methodTaken(node, ancestors.at(-1));
    if (method !== undefined && distinctive.has(method))
      addManual(source, node, `call ${method} as a method of the instance, and run the command again`);
    if (!isCall(node)) return;
    const { property } = node.callee;
    if (property.type !== 'Identifier' || ancestors.some((ancestor) => done.has(ancestor))) return;
    if (property.name === 'queryRule') {
      calls.push(node);
      if (nameOf(node) === undefined)
        addManual(
          source,
          property,
          'write the name of the rule as a text: policy.queryRule(name, [arguments])',
        );
    } else if (Object.hasOwn(advice, property.name)) addManual(source, property, advice[property.name]!);
  });
  return calls;
}

/** Returns the calls of methods that have another name in `Authorizer`, and adds the calls on an object that may be something else. */
function readRenamedCalls(
  source: ParsedSource,
  instances: ReadonlySet<string>,
): { readonly property: Identifier; readonly name: string }[] {
  const calls: { property: Identifier; name: string }[] = [];
  walk(source.tree.program, (node) => {
    if (!isCall(node)) return;
    const { object, property } = node.callee;
    if (property.type !== 'Identifier' || !Object.hasOwn(methodNames, property.name)) return;
    const name = methodNames[property.name]!;
    const receiver = textOf(source, object);
    if (instances.has(receiver) || /oso|authorizer/i.test(receiver)) calls.push({ property, name });
    // Databases have a method `query`, too.
    else if (property.name !== 'query')
      addManual(source, property, `write "${name}" if "${receiver}" is the authorizer`);
  });
  return calls;
}

/** Returns the names of instances of `Oso` in a file: those that it creates, and the imports from files that create one. */
function instanceNames(
  source: ParsedSource,
  setups: readonly OsoSetup[],
  provides: Application['provides'],
): Set<string> {
  const names = new Set(setups.map(({ name }) => name));
  for (const { text, user } of moduleNames(source))
    if (user.type === 'ImportDeclaration' && provides(source.file, text))
      for (const { local } of user.specifiers) names.add(local.name);
  return names;
}

/** Returns the name of a method that a file reads without calling it: `oso.queryRule.bind(oso)`, `oso['queryRule']`, `{ queryRule } = oso`. */
function methodTaken(node: Node, parent: Node | undefined): string | undefined {
  if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
    const { property, computed } = node;
    if (computed) return property.type === 'StringLiteral' ? property.value : undefined;
    const isCalled = parent !== undefined && isCall(parent) && parent.callee === node;
    return property.type === 'Identifier' && !isCalled ? property.name : undefined;
  }
  return node.type === 'ObjectProperty' && parent?.type === 'ObjectPattern' && node.key.type === 'Identifier'
    ? node.key.name
    : undefined;
}

/** Returns the argument of `queryRule` that is the name of the rule. @returns undefined if the options cannot be told from the name */
function nameOf({ arguments: [first, second] }: MethodCall): Node | undefined {
  const name = first?.type === 'ObjectExpression' ? second : first;
  return name?.type === 'StringLiteral' || name?.type === 'TemplateLiteral' ? name : undefined;
}

/** The statements of setups, whose text is not used any more. */
const replacedNodes = (setups: readonly OsoSetup[]): Set<Node> =>
  new Set<Node>(setups.flatMap(({ statement, load, registrations }) => [statement, load, ...registrations]));

/** Lists the uses of names of `oso` that `@nanook/core` does not have, and the names that the new imports would hide. */
function listMisuses(
  source: ParsedSource,
  locals: ReadonlyMap<string, string>,
  setups: readonly OsoSetup[],
): void {
  const [className, relation] = [locals.get('Oso'), locals.get('Relation')];
  const done = replacedNodes(setups);
  const added = new Set(
    ['one', 'many'].filter((kind) => setups.some(({ replacement }) => replacement.includes(` ${kind}(`))),
  );
  if (className !== undefined) added.add('Authorizer');
  const created = new Set(setups.map(({ creation }) => creation));
  walk(source.tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type !== 'Identifier' || parent?.type === 'ImportSpecifier' || isMemberName(node, parent))
      return;
    const isReplaced = ancestors.some((ancestor) => done.has(ancestor));
    const { name } = node;
    if (added.has(name)) addManual(source, node, `rename ${name}, which becomes an import of @nanook/core`);
    else if (name === relation && !isReplaced)
      addManual(source, node, 'declare the relation in Authorizer.load, as relations: { name: one(…) }');
    else if (name !== className) return;
    else if (isReplaced && !created.has(parent as NewExpression) && !isInDeclaration(ancestors, setups))
      addManual(
        source,
        node,
        'the authorizer does not exist before its policy; remove this use of the class',
      );
    else if (parent?.type === 'ExportSpecifier')
      addManual(source, node, `export Authorizer instead, and change each file that imports ${className}`);
    else if (isProvider(ancestors))
      addManual(
        source,
        node,
        'provide the authorizer with useFactory: () => Authorizer.load({ policies, types })',
      );
  });
}

const isInDeclaration = (ancestors: readonly Node[], setups: readonly OsoSetup[]): boolean =>
  setups.some(({ declaration }) => ancestors.includes(declaration));

/** Returns whether a class is one that Nest creates. */
function isProvider(ancestors: readonly Node[]): boolean {
  const owner = ancestors.findLast(({ type }) => type !== 'ArrayExpression');
  if (owner?.type !== 'ObjectProperty' || owner.key.type !== 'Identifier') return false;
  return owner.key.name === 'providers' || owner.key.name === 'useClass';
}

/** Replaces `queryRule(name, a, b)` by `policy.queryRule(name, [a, b])`, and moves the options to the end. */
function listArguments(source: ParsedSource, call: MethodCall): void {
  const { edited } = source;
  const [first] = call.arguments;
  const name = nameOf(call)!;
  edited.appendLeft(call.callee.property.start!, 'policy.');
  const values = call.arguments.slice(call.arguments.indexOf(name as never) + 1);
  const [start, end] = [values[0], values.at(-1) ?? name];
  if (start !== undefined) edited.appendRight(start.start!, '[');
  const options = first === name ? '' : `, ${textOf(source, first!)}`;
  edited.appendLeft(end.end!, `${start === undefined ? ', []' : ']'}${options}`);
  if (options !== '') edited.remove(first!.start!, name.start!);
}

/** Puts the call of `Authorizer.load` where the policies are loaded, because the classes are declared there. */
function replaceSetup(source: ParsedSource, setup: OsoSetup): void {
  const { edited, text } = source;
  const { name, declaration, statement, isLoadedElsewhere, load, registrations, replacement } = setup;
  for (const registration of registrations) removeStatement(edited, text, registration);
  if (isLoadedElsewhere) {
    // The binding of an export is live, so the importing files see the authorizer when it is loaded.
    edited.overwrite(
      declaration.start!,
      declaration.end!,
      `let ${name}${isTypeScriptFile(source.file) ? ': Authorizer' : ''};`,
    );
    edited.overwrite(load.start!, load.end!, `${name} = ${replacement};`);
    return;
  }
  const isExported = statement !== declaration;
  removeStatement(edited, text, statement);
  const declared = `${isExported ? 'export ' : ''}${declaration.kind} ${name} = ${replacement};`;
  edited.overwrite(load.start!, load.end!, declared);
}

/** Removes a statement with the rest of its line. */
function removeStatement(edited: MagicString, text: string, { start, end }: Node): void {
  const lineStart = text.lastIndexOf('\n', start! - 1) + 1;
  const isAlone = text.slice(lineStart, start!).trim() === '';
  const lineEnd = /^[\t ]*\r?\n?/.exec(text.slice(end!))![0].length;
  edited.remove(isAlone ? lineStart : start!, end! + (isAlone ? lineEnd : 0));
}

/** Renames the class where it is used as a type or as a value, such as a token of Nest. */
function renameClass({ edited, tree }: ParsedSource, local: string, setups: readonly OsoSetup[]): void {
  const replaced = replacedNodes(setups);
  walk(tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (!isName(node, local) || parent?.type === 'ImportSpecifier') return;
    if (ancestors.some((ancestor) => replaced.has(ancestor)) || isMemberName(node, parent)) return;
    if (parent?.type === 'ObjectProperty' && parent.shorthand) {
      if (parent.key === node) edited.appendLeft(node.end!, ': Authorizer');
      return;
    }
    edited.update(node.start!, node.end!, 'Authorizer');
    const types = parent?.type === 'TSTypeReference' ? parent.typeParameters : undefined;
    if (types) edited.remove(types.start!, types.end!);
  });
}

function replaceImport(
  { edited, text }: ParsedSource,
  declaration: ImportDeclaration,
  setups: readonly OsoSetup[],
): void {
  const names = declaration.specifiers.flatMap((specifier) =>
    specifier.type === 'ImportSpecifier' ? coreNames(specifier, setups) : [],
  );
  if (names.length === 0) {
    removeStatement(edited, text, declaration);
    return;
  }
  const quote = text[declaration.source.start!]!;
  const kind = declaration.importKind === 'type' ? 'type ' : '';
  const end = text[declaration.end! - 1] === ';' ? ';' : '';
  edited.overwrite(
    declaration.start!,
    declaration.end!,
    `import ${kind}{ ${names.join(', ')} } from ${quote}@nanook/core${quote}${end}`,
  );
}

/** Returns the names to import from `@nanook/core` in place of a name of `oso`. */
function coreNames(specifier: ImportSpecifier, setups: readonly OsoSetup[]): string[] {
  const { local, importKind } = specifier;
  const name = importedName(specifier);
  if (name === 'Relation')
    return ['many', 'one'].filter((kind) => setups.some((it) => it.replacement.includes(` ${kind}(`)));
  const core = exportNames[name]!;
  const kind = importKind === 'type' ? 'type ' : '';
  return [name === 'Oso' || core === local.name ? `${kind}${core}` : `${kind}${core} as ${local.name}`];
}
