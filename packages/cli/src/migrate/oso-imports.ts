import type { Identifier, ImportDeclaration, Node, StringLiteral, VariableDeclaration } from '@babel/types';
import { moduleNames } from './module-names.js';
import { addManual, removeStatement, textOf, walk, type ParsedSource } from './parsed-source.js';

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

/** A name that a file imports. */
interface ImportedName {
  readonly imported: string;
  readonly local: string;
  readonly isType: boolean;
  readonly node: Node;
}

/** A statement that imports names: `import { Oso } from 'oso'`, or `const { Oso } = require('oso')`. */
export interface NamedImport {
  readonly statement: ImportDeclaration | VariableDeclaration;
  readonly module: StringLiteral;
  readonly names: readonly ImportedName[];
}

/** Returns whether a module is the package oso, or a module inside of it. */
export const isOsoModule = (name: string): boolean => /^(?:@nanook\/)?oso(?:$|\/)/.test(name);

/** Returns the statements that import names from a package, which is `oso`, and lists the other ways to load it. */
export function readImports(source: ParsedSource, isPackage = isOsoModule): NamedImport[] {
  const required = requiredNames(source);
  const found: NamedImport[] = [];
  for (const { literal, text, user } of moduleNames(source)) {
    if (!isPackage(text)) continue;
    const names = required.get(user) ?? importOf(user);
    if (names !== undefined) found.push(names);
    else if (user.type.startsWith('Export'))
      addManual(
        source,
        literal,
        `export the names from '@nanook/core', and change each file that imports them`,
      );
    else addManual(source, literal, `import the names that you need from '@nanook/core'`);
  }
  return found;
}

/** Returns the local names that a file already imports from `@nanook/core`. */
export function namesOfCore(source: ParsedSource): Set<string> {
  const required = requiredNames(source);
  return new Set(
    moduleNames(source).flatMap(({ text, user }) =>
      text === '@nanook/core'
        ? ((required.get(user) ?? importOf(user))?.names.map(({ local }) => local) ?? [])
        : [],
    ),
  );
}

function importOf(user: Node): NamedImport | undefined {
  if (user.type !== 'ImportDeclaration') return undefined;
  const names: ImportedName[] = [];
  for (const node of user.specifiers) {
    if (node.type !== 'ImportSpecifier') return undefined;
    const { imported, local, importKind } = node;
    const name = imported.type === 'Identifier' ? imported.name : imported.value;
    names.push({ imported: name, local: local.name, isType: importKind === 'type', node });
  }
  return { statement: user, module: user.source, names };
}

/** Returns each `const { a, b } = require(module)`, by the call of `require`. */
export function requiredNames({ tree }: ParsedSource): Map<Node, NamedImport> {
  const found = new Map<Node, NamedImport>();
  walk(tree.program, (statement) => {
    if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return;
    const { id, init } = statement.declarations[0]!;
    if (id.type !== 'ObjectPattern' || init?.type !== 'CallExpression') return;
    const [module] = init.arguments;
    if (module?.type !== 'StringLiteral') return;
    const names: ImportedName[] = [];
    for (const node of id.properties) {
      if (node.type !== 'ObjectProperty' || node.computed) return;
      const { key, value } = node;
      if (key.type !== 'Identifier' || value.type !== 'Identifier') return;
      names.push({ imported: key.name, local: value.name, isType: false, node });
    }
    found.set(init, { statement, module, names });
  });
  return found;
}

/** Returns the local name of each import, by its name in `oso`. */
export function localNames(source: ParsedSource, imports: readonly NamedImport[]): Map<string, string> {
  const locals = new Map<string, string>();
  for (const { imported, local, node } of imports.flatMap(({ names }) => names)) {
    if (locals.has(imported) && locals.get(imported) !== local)
      addManual(source, node, `import ${imported} only once`);
    locals.set(imported, local);
  }
  return locals;
}

/** The names that a file uses after the change. */
interface NamesInUse {
  /** `Authorizer`, `one` and `many`, if the file uses them. */
  readonly core: readonly string[];
  /** The names that still mean an export of `oso`. */
  readonly kept: ReadonlySet<string>;
  /** The names that the file imports from `@nanook/core` already. */
  readonly imported: ReadonlySet<string>;
}

/**
 * Replaces an import of `oso` by one of `@nanook/core`. The names that the file still uses stay, and are listed.
 */
export function replaceImport(
  source: ParsedSource,
  { statement, module, names }: NamedImport,
  { core, kept, imported }: NamesInUse,
): void {
  const isMoved = (name: ImportedName): boolean =>
    (name.imported === 'Relation' || exportNames[name.imported] !== undefined) && !kept.has(name.local);
  const others = names.filter((name) => !isMoved(name));
  if (others.length > 0) addManual(source, statement, adviceFor(others, kept));
  const moved = names.filter(isMoved);
  const oso = names.find((name) => name.imported === 'Oso');
  const hasRelations = names.some((name) => name.imported === 'Relation');
  const added = [
    ...core
      .filter((name) => !imported.has(name) && (name === 'Authorizer' ? oso !== undefined : hasRelations))
      .map((name) => (name === 'Authorizer' && oso?.isType ? `type ${name}` : name)),
    ...moved.flatMap((name) =>
      name.imported === 'Oso' || name.imported === 'Relation' ? [] : [coreName(name, statement)],
    ),
  ];
  if (added.length === 0 && names.length > 0 && moved.length === 0) return;

  const { edited, text } = source;
  if (added.length === 0 && others.length === 0) {
    removeStatement(source, statement);
    return;
  }
  const quote = text[module.start!]!;
  const end = text[statement.end! - 1] === ';' ? ';' : '';
  const write = (list: readonly string[], from: string): string =>
    statement.type === 'ImportDeclaration'
      ? `import ${statement.importKind === 'type' ? 'type ' : ''}{ ${list.join(', ')} } from ${quote}${from}${quote}${end}`
      : `${statement.kind} { ${list.join(', ')} } = require(${quote}${from}${quote})${end}`;
  const lines = [
    ...(added.length > 0 ? [write(added, '@nanook/core')] : []),
    ...(others.length > 0
      ? [
          write(
            others.map(({ node }) => textOf(source, node)),
            module.value,
          ),
        ]
      : []),
  ];
  edited.overwrite(statement.start!, statement.end!, lines.join('\n'));
}

function adviceFor(names: readonly ImportedName[], kept: ReadonlySet<string>): string {
  const left = names.filter(({ local }) => kept.has(local)).map(({ local }) => local);
  const unknown = names.filter(({ local }) => !kept.has(local)).map(({ imported }) => imported);
  return [
    ...(left.length > 0
      ? [`remove ${left.join(' and ')} from the import when the file does not use the name any more`]
      : []),
    ...unknown.map((name) => `${name} has no counterpart in @nanook/core`),
  ].join('; ');
}

/** Returns the member of an import for the name of `@nanook/core`. */
function coreName({ imported, local, isType }: ImportedName, { type }: NamedImport['statement']): string {
  const core = exportNames[imported]!;
  const kind = isType ? 'type ' : '';
  if (core === local) return `${kind}${core}`;
  return `${kind}${core}${type === 'ImportDeclaration' ? ' as ' : ': '}${local}`;
}

/** Returns whether an identifier is a name in an import of `oso`. */
export const isInImport = (node: Identifier, imports: readonly NamedImport[]): boolean =>
  imports.some(({ statement }) => statement.start! <= node.start! && node.end! <= statement.end!);
