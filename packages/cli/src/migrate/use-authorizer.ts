import type { CallExpression, ImportDeclaration, ImportSpecifier, Node } from '@babel/types';
import { dirname, join } from 'node:path';
import type MagicString from 'magic-string';
import { moduleNames } from './module-names.js';
import { readSetup, type OsoSetup } from './oso-setup.js';
import { addManual, textOf, walk, type ParsedSource } from './parsed-source.js';

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
    'iterate over authorizer.queryRule(name, [arguments]); the rule holds if it yields an answer',
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

/**
 * Replaces the class `Oso` by `Authorizer` of `@nanook/core`, in a file that imports it, and the calls in a file that imports an instance. If a
 * place must be changed by hand, the text stays as it is, and `manual` lists each place.
 *
 * @param isMigrated returns whether a file of the application, whose path may lack the extension, creates an instance
 */
export function useAuthorizer(source: ParsedSource, isMigrated: (path: string) => boolean): void {
  const imports = osoImports(source);
  const locals = localNames(source, imports);
  if (locals === undefined && source.manual.length === 0) useShared(source, isMigrated);
  if (locals === undefined || source.manual.length > 0) return;
  const setups = readSetups(source, locals.get('Oso'));
  const calls = readCalls(source, setups);
  if (source.manual.length > 0) return;

  for (const setup of setups) replaceSetup(source, setup);
  for (const call of calls) listArguments(source, call);
  const className = locals.get('Oso');
  if (className !== undefined) renameClass(source, className, setups);
  for (const declaration of imports) replaceImport(source, declaration, setups);
}

/** Changes the calls on an instance that the file imports from a file of the application. */
function useShared(source: ParsedSource, isMigrated: (path: string) => boolean): void {
  const isShared = moduleNames(source).some(
    ({ literal: { value } }) => value.startsWith('.') && isMigrated(join(dirname(source.file), value)),
  );
  if (!isShared) return;
  const calls = readCalls(source, []);
  if (source.manual.length === 0) for (const call of calls) listArguments(source, call);
}

const isOso = (name: string): boolean => name === 'oso' || name === '@nanook/oso';

function osoImports(source: ParsedSource): ImportDeclaration[] {
  const found: ImportDeclaration[] = [];
  for (const { literal, user } of moduleNames(source)) {
    if (isOso(literal.value) && user.type === 'ImportDeclaration') found.push(user);
    else if (isOso(literal.value) || /^(?:@nanook\/)?oso\//.test(literal.value))
      addManual(source, literal, `import the names that you need from '@nanook/core'`);
  }
  return found;
}

/** Returns the local name of each import, by its name in `oso`. @returns undefined if the file does not import the package */
function localNames(
  source: ParsedSource,
  imports: readonly ImportDeclaration[],
): Map<string, string> | undefined {
  if (imports.length === 0) return undefined;
  const locals = new Map<string, string>();
  for (const { specifiers } of imports)
    for (const specifier of specifiers) {
      if (specifier.type !== 'ImportSpecifier') {
        addManual(source, specifier, `import the names that you need from '@nanook/core'`);
        continue;
      }
      const name =
        specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
      if (exportNames[name] === undefined && name !== 'Relation')
        addManual(source, specifier, `${name} has no counterpart in @nanook/core`);
      locals.set(name, specifier.local.name);
    }
  return locals;
}

function readSetups(source: ParsedSource, className: string | undefined): OsoSetup[] {
  const setups: OsoSetup[] = [];
  walk(source.tree.program, (node, ancestors) => {
    if (node.type === 'ClassDeclaration' && isName(node.superClass, className))
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

const isName = (node: Node | null | undefined, name: string | undefined): boolean =>
  node?.type === 'Identifier' && node.name === name;

/** Returns the calls of `queryRule`, and adds those that must be changed by hand. */
function readCalls(source: ParsedSource, setups: readonly OsoSetup[]): CallExpression[] {
  const calls: CallExpression[] = [];
  const done = new Set<Node>(setups.flatMap(({ load, registrations }) => [load, ...registrations]));
  walk(source.tree.program, (node, ancestors) => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const { property } = node.callee;
    if (property.type !== 'Identifier' || ancestors.some((ancestor) => done.has(ancestor))) return;
    if (property.name === 'queryRule') calls.push(node);
    else if (Object.hasOwn(advice, property.name)) addManual(source, property, advice[property.name]!);
  });
  return calls;
}

/** Replaces `queryRule(name, a, b)` by `queryRule(name, [a, b])`. */
function listArguments(source: ParsedSource, { arguments: args }: CallExpression): void {
  const texts = args.map((arg) => textOf(source, arg));
  const options = args[0]?.type === 'ObjectExpression' ? texts.shift() : undefined;
  const [name, ...values] = texts;
  const changed = [name, `[${values.join(', ')}]`, ...(options === undefined ? [] : [options])];
  source.edited.overwrite(args[0]!.start!, args.at(-1)!.end!, changed.join(', '));
}

/** Puts the call of `Authorizer.load` where the policies are loaded, because the classes are declared there. */
function replaceSetup({ edited, text }: ParsedSource, setup: OsoSetup): void {
  const { name, declaration, statement, isLoadedElsewhere, load, registrations, replacement } = setup;
  for (const registration of registrations) removeStatement(edited, text, registration);
  if (isLoadedElsewhere) {
    // The binding of an export is live, so the importing files see the authorizer when it is loaded.
    edited.overwrite(declaration.start!, declaration.end!, `let ${name}: Authorizer;`);
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
  const replaced = new Set<Node>(setups.flatMap(({ statement }) => statement));
  walk(tree.program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (!isName(node, local) || parent?.type === 'ImportSpecifier') return;
    if (ancestors.some((ancestor) => replaced.has(ancestor)) || isMemberName(node, parent)) return;
    edited.overwrite(node.start!, node.end!, 'Authorizer');
    const types = parent?.type === 'TSTypeReference' ? parent.typeParameters : undefined;
    if (types) edited.remove(types.start!, types.end!);
  });
}

const isMemberName = (node: Node, parent: Node | undefined): boolean =>
  (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
  (parent?.type === 'ObjectProperty' && parent.key === node && !parent.shorthand);

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
function coreNames({ imported, local, importKind }: ImportSpecifier, setups: readonly OsoSetup[]): string[] {
  const name = imported.type === 'Identifier' ? imported.name : imported.value;
  if (name === 'Relation')
    return ['many', 'one'].filter((kind) => setups.some((it) => it.replacement.includes(` ${kind}(`)));
  const core = exportNames[name]!;
  const kind = importKind === 'type' ? 'type ' : '';
  return [name === 'Oso' || core === local.name ? `${kind}${core}` : `${kind}${core} as ${local.name}`];
}
