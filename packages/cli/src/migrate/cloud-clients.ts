import { basename, dirname, join, normalize } from 'node:path';
import type { Identifier, Node, StringLiteral } from '@babel/types';
import { isFunction } from './late-instances.js';
import { moduleNames } from './module-names.js';
import { textOf, walk, type ParsedSource } from './parsed-source.js';

/** Returns whether a module is the client of Oso Cloud. */
export const isCloudModule = (name: string): boolean => name === 'oso-cloud' || name.startsWith('oso-cloud/');

/** The names of one file that hold the client, as text: `oso`, `this.oso`, `clients.oso`, and `getOso()` for a function that returns it. */
type Names = Set<string>;

/**
 * Says how sure it is that an expression is the client: it is created or imported; its name contains "oso"; or its file uses the client, or a
 * file that exports it.
 */
export type IsClient = (receiver: Node) => 'client' | 'likely' | 'possible' | undefined;

/** The text of a file of an application. */
interface SourceFile {
  readonly file: string;
  readonly before: string;
}

/** The knowledge of one file about the client. */
interface Knowledge {
  readonly source: ParsedSource;
  readonly names: Names;
  readonly exported: Names;
}

/**
 * Finds the expressions that hold the client in each file of an application, also where one file imports it from another one. It parses only
 * files that may use the client, because applications have thousands of others.
 *
 * @param parse returns a parsed file; `undefined` for one that cannot be parsed
 */
export function findClients(
  files: readonly SourceFile[],
  parse: (file: SourceFile) => ParsedSource | undefined,
): readonly { readonly source: ParsedSource; readonly isClient: IsClient }[] {
  const byPath = new Map(files.flatMap((file) => pathsOf(file.file).map((path) => [path, file] as const)));
  const resolve = ({ file }: { readonly file: string }, specifier: string): SourceFile | undefined =>
    resolveIn(byPath, file, specifier);
  const importers = new Map<SourceFile, SourceFile[]>();
  for (const file of files)
    for (const [, specifier] of file.before.matchAll(/(?:\bfrom|\bimport|\()\s*['"`]([^'"`\n]+)['"`]/g)) {
      const found = resolve(file, specifier!);
      if (found === undefined) continue;
      if (!importers.has(found)) importers.set(found, []);
      importers.get(found)!.push(file);
    }
  const known = new Map<SourceFile, Knowledge | undefined>();
  const read = (file: SourceFile): Knowledge | undefined => {
    if (!known.has(file)) {
      const source = parse(file);
      known.set(file, source && { source, names: new Set(), exported: new Set() });
    }
    return known.get(file);
  };
  const near = new Set<string>();
  const queue = files.filter(({ before }) => before.includes('oso-cloud'));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const knowledge = read(file);
    if (knowledge === undefined) continue;
    const { exported } = knowledge;
    const before = exported.size;
    learn(knowledge, (specifier) => {
      const found = resolve(file!, specifier);
      return (found && known.get(found)?.exported) ?? new Set();
    });
    if (exported.size === before) continue;
    for (const importer of importers.get(file) ?? []) {
      queue.push(importer);
      near.add(importer.file);
    }
  }
  for (const file of files) if (mayUseClient.test(file.before)) read(file);
  return [...known.values()].flatMap((knowledge) =>
    knowledge === undefined
      ? []
      : {
          source: knowledge.source,
          isClient: clientIn(
            knowledge,
            (text) => resolve(knowledge.source, text) !== undefined,
            near.has(knowledge.source.file),
          ),
        },
  );
}

/** Texts that name the client, or calls that have the form of its calls. */
const mayUseClient = /oso|\.(?:authorize|actions|list)(?:Local)?\(\s*\{/i;

/** Adds the names that a file gives to the client, until there are no more. */
function learn({ source, names, exported }: Knowledge, exportsOf: (specifier: string) => Names): void {
  for (let before = -1; before !== names.size;) {
    before = names.size;
    addImported(source, names, exportsOf);
    addAssigned(source, names);
  }
  addExported(source, names, exported, exportsOf);
}

function clientIn(
  { source, names }: Knowledge,
  isFile: (specifier: string) => boolean,
  isNear: boolean,
): IsClient {
  let others: Names | undefined;
  const otherwise = isNear || names.size > 0 ? 'possible' : undefined;
  return (receiver) => {
    if (isClientIn(source, names, receiver)) return 'client';
    const text = textOf(source, bare(receiver)).replace(/\(\)$/, '');
    if (!/(?:(?:^|[^A-Za-z])oso|Oso)$/.test(text)) return otherwise;
    // The files of the application are known. An import of one that exports no client holds another object, such as an authorizer.
    others ??= importedFrom(source, isFile);
    return others.has(text) ? otherwise : 'likely';
  };
}

/** Returns an expression without `!`, `await`, parentheses and types around it. */
function bare(node: Node): Node {
  switch (node.type) {
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return bare(node.expression);
    case 'AwaitExpression':
      return bare(node.argument);
    default:
      return node;
  }
}

function isClientIn(source: ParsedSource, names: Names, given: Node): boolean {
  const node = bare(given);
  if (node.type === 'LogicalExpression')
    return isClientIn(source, names, node.left) || isClientIn(source, names, node.right);
  if (node.type === 'ConditionalExpression')
    return isClientIn(source, names, node.consequent) || isClientIn(source, names, node.alternate);
  if (node.type === 'AssignmentExpression') return isClientIn(source, names, node.right);
  if (node.type === 'NewExpression') return names.has(`new ${textOf(source, node.callee)}`);
  if (node.type === 'CallExpression') return names.has(`${textOf(source, node.callee)}()`);
  return names.has(textOf(source, node).replaceAll('?.', '.'));
}

/** Adds the names of the class of the client, written as `new Oso`, and the names under which other files are imported. */
function addImported(source: ParsedSource, names: Names, exportsOf: (specifier: string) => Names): void {
  for (const { text, user } of moduleNames(source)) {
    const exported = isCloudModule(text) ? new Set(['new Oso']) : exportsOf(text);
    if (exported.size === 0) continue;
    for (const { imported, local } of importsOf(source, user))
      for (const name of exported) {
        const [start, end] = [name.startsWith('new ') ? 'new ' : '', name.endsWith('()') ? '()' : ''];
        const plain = name.slice(start.length, name.length - end.length);
        if (imported === '*') names.add(`${start}${local}.${plain}${end}`);
        else if (imported === plain) names.add(`${start}${local}${end}`);
      }
    // `const oso = require('./oso')` may be what the file assigns to `module.exports`.
    if (user.type === 'CallExpression')
      for (const { imported, local } of importsOf(source, user))
        if (imported === '*' && exported.has('module.exports')) names.add(local);
  }
}

interface Imported {
  /** The name in the other file; `*` for all of its names. */
  readonly imported: string;
  readonly local: string;
}

function importsOf(source: ParsedSource, user: Node): readonly Imported[] {
  if (user.type === 'ImportDeclaration')
    return user.specifiers.map((specifier) => ({
      imported:
        specifier.type === 'ImportSpecifier'
          ? nameOf(specifier.imported)
          : specifier.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*',
      local: specifier.local.name,
    }));
  const found: Imported[] = [];
  walk(source.tree.program, (node) => {
    if (node.type !== 'VariableDeclarator' || !node.init) return;
    const init = bare(node.init);
    // const Oso = require('oso-cloud').Oso
    if (init.type === 'MemberExpression' && bare(init.object) === user && node.id.type === 'Identifier')
      found.push({ imported: textOf(source, init.property), local: node.id.name });
    if (init !== user) return;
    if (node.id.type === 'Identifier') found.push({ imported: '*', local: node.id.name });
    if (node.id.type !== 'ObjectPattern') return;
    for (const property of node.id.properties)
      if (property.type === 'ObjectProperty' && property.key.type === 'Identifier')
        found.push({ imported: property.key.name, local: textOf(source, property.value) });
  });
  return found;
}

const nameOf = (node: Identifier | StringLiteral): string =>
  node.type === 'Identifier' ? node.name : node.value;

/** Returns the local names of imports from files of the application. */
function importedFrom(source: ParsedSource, isFile: (specifier: string) => boolean): Names {
  const imports = moduleNames(source).filter(({ text }) => isFile(text));
  return new Set(imports.flatMap(({ user }) => importsOf(source, user).map(({ local }) => local)));
}

/** Adds the variables, fields and parameters that hold the client, and the functions that return it. */
function addAssigned(source: ParsedSource, names: Names): void {
  const isClient = (node: Node | null | undefined): boolean => !!node && isClientIn(source, names, node);
  const add = (target: Node): void => {
    if (target.type === 'Identifier') names.add(target.name);
    else if (target.type === 'MemberExpression') names.add(textOf(source, target));
  };
  const addField = (key: Node): unknown => names.add(`this.${textOf(source, key)}`);
  walk(source.tree.program, (node, ancestors) => {
    if (node.type === 'VariableDeclarator' && isClient(node.init)) add(node.id);
    if (node.type === 'AssignmentExpression' && isClient(node.right)) add(node.left);
    if (node.type === 'AssignmentPattern' && isClient(node.right)) add(node.left);
    if ((node.type === 'ClassProperty' || node.type === 'ClassPrivateProperty') && isClient(node.value))
      addField(node.key);
    if (node.type === 'TSTypeReference' && names.has(`new ${textOf(source, node.typeName)}`)) {
      // The type can be one of a union, such as `Oso | undefined`.
      const owner = ancestors.findLast(
        ({ type }) => !/^TS(?:TypeAnnotation|UnionType|ParenthesizedType)$/.test(type),
      );
      if (owner?.type === 'Identifier') names.add(owner.name).add(`this.${owner.name}`);
      if (owner?.type === 'ClassProperty' || owner?.type === 'ClassPrivateProperty') addField(owner.key);
    }
    const value = node.type === 'ReturnStatement' ? node.argument : node;
    const isReturned = node.type === 'ReturnStatement' || isBodyOf(node, ancestors.at(-1));
    const returning = ancestors.findLastIndex(isFunction);
    if (!isReturned || returning === -1 || !isClient(value)) return;
    const owner = ancestors[returning]!;
    const place = ancestors[returning - 1];
    if (owner.type === 'FunctionDeclaration' && owner.id) names.add(`${owner.id.name}()`);
    if (place?.type === 'VariableDeclarator' && place.id.type === 'Identifier')
      names.add(`${place.id.name}()`);
  });
}

const isBodyOf = (node: Node, parent: Node | undefined): boolean =>
  parent?.type === 'ArrowFunctionExpression' && parent.body === node;

/** Adds the exported names that hold the client, or return it. */
function addExported(
  source: ParsedSource,
  names: Names,
  exported: Names,
  exportsOf: (specifier: string) => Names,
): void {
  const addAs = (local: string, name: string): void => {
    for (const [start, end] of [
      ['', ''],
      ['', '()'],
      ['new ', ''],
    ])
      if (names.has(`${start}${local}${end}`)) exported.add(`${start}${name}${end}`);
  };
  const addValue = (value: Node, name: string): void => {
    if (isClientIn(source, names, value)) exported.add(name);
    else addAs(textOf(source, value), name);
  };
  walk(source.tree.program, (node) => {
    if (node.type === 'ExportDefaultDeclaration') addValue(node.declaration, 'default');
    if (node.type === 'ExportAllDeclaration')
      for (const name of exportsOf(node.source.value)) exported.add(name);
    if (node.type === 'ExportNamedDeclaration') {
      const { declaration } = node;
      if (declaration?.type === 'VariableDeclaration')
        for (const { id } of declaration.declarations) if (id.type === 'Identifier') addAs(id.name, id.name);
      if (declaration?.type === 'FunctionDeclaration' && declaration.id)
        addAs(declaration.id.name, declaration.id.name);
      for (const specifier of node.specifiers) {
        if (specifier.type !== 'ExportSpecifier') continue;
        const [local, name] = [specifier.local.name, nameOf(specifier.exported)];
        if (!node.source) addAs(local, name);
        else
          for (const other of exportsOf(node.source.value))
            if (other.replace(/^new |\(\)$/g, '') === local) exported.add(other.replace(local, name));
      }
    }
    if (node.type !== 'AssignmentExpression') return;
    const target = textOf(source, node.left).replace(/^module\./, '');
    if (target.startsWith('exports.')) addValue(node.right, target.slice('exports.'.length));
    if (target !== 'exports') return;
    if (isClientIn(source, names, node.right)) exported.add('module.exports');
    if (node.right.type === 'ObjectExpression')
      for (const property of node.right.properties)
        if (property.type === 'ObjectProperty') addValue(property.value, textOf(source, property.key));
  });
}

/** Returns the paths that name a file: without its extension, and its folder for an index file. */
const pathsOf = (file: string): string[] =>
  basename(file).startsWith('index.')
    ? [withoutExtension(file), normalize(dirname(file))]
    : [withoutExtension(file)];

const withoutExtension = (path: string): string => normalize(path).replace(/\.[cm]?[jt]sx?$/, '');

function resolveIn(
  files: ReadonlyMap<string, SourceFile>,
  file: string,
  specifier: string,
): SourceFile | undefined {
  if (specifier.startsWith('.')) return files.get(withoutExtension(join(dirname(file), specifier)));
  if (!/^[@~#]?\//.test(specifier)) return undefined;
  // An alias, such as @/policy for src/policy.
  const path = withoutExtension(specifier.replace(/^[^/]*\//, ''));
  return [...files].find(([known]) => `/${known}`.endsWith(`/${path}`))?.[1];
}
