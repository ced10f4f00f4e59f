import type { Node, StringLiteral, TemplateLiteral } from '@babel/types';
import { textOf, walk, type ParsedSource } from './parsed-source.js';

/** Functions and methods of `require` whose first argument is the name of a module. */
const loaders = new Set(['require', 'resolve']);
/** Methods of Jest and Vitest, and of `mock` of Node.js, whose first argument is the name of a module. */
// cspell:ignore dont quasis
const mocks = new Set([
  'mock',
  'doMock',
  'unmock',
  'doUnmock',
  'dontMock',
  'deepUnmock',
  'setMock',
  'requireActual',
  'requireMock',
  'importActual',
  'importMock',
  'createMockFromModule',
  'genMockFromModule',
  'unstable_mockModule',
  'unstable_unmockModule',
  'module',
]);
const mockers = new Set(['jest', 'vi', 'vitest', 'mock']);

/** A string of a source file that names a module. */
export interface ModuleName {
  readonly literal: StringLiteral | TemplateLiteral;
  readonly text: string;
  /** The node that loads the module, such as an import declaration. */
  readonly user: Node;
}

/** Returns each string that names a module: in imports, exports, `require`, types, and mocks of Jest and Vitest. */
export function moduleNames({ tree }: ParsedSource): ModuleName[] {
  const found: ModuleName[] = [];
  walk(tree.program, (user) => {
    const literal = nameIn(user);
    if (literal?.type === 'StringLiteral') found.push({ literal, text: literal.value, user });
    else if (literal?.type === 'TemplateLiteral' && literal.expressions.length === 0)
      found.push({ literal, text: literal.quasis[0]!.value.raw, user });
  });
  return found;
}

function nameIn(node: Node): Node | null | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source;
    case 'TSImportType':
      return node.argument;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'TSModuleDeclaration':
      return node.id;
    case 'CallExpression':
    case 'OptionalCallExpression':
      return isLoader(node.callee) ? node.arguments[0] : undefined;
    default:
      return undefined;
  }
}

function isLoader(callee: Node): boolean {
  if (callee.type === 'Import') return true;
  if (callee.type === 'Identifier') return callee.name === 'require';
  // createRequire(import.meta.url)('oso')
  if (callee.type === 'CallExpression')
    return callee.callee.type === 'Identifier' && callee.callee.name === 'createRequire';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { object, property } = callee;
  if (object.type === 'MetaProperty') return property.name === 'resolve';
  const owner =
    object.type === 'Identifier'
      ? object
      : object.type === 'MemberExpression' && object.property.type === 'Identifier'
        ? object.property
        : undefined;
  if (owner === undefined) return false;
  return owner.name === 'require' || owner.name === 'module'
    ? loaders.has(property.name)
    : mockers.has(owner.name) && mocks.has(property.name);
}

/** Replaces the name of a module, and keeps the quotes. */
export function renameModule(source: ParsedSource, { literal }: ModuleName, name: string): void {
  const quote = textOf(source, literal)[0]!;
  source.edited.overwrite(literal.start!, literal.end!, `${quote}${name}${quote}`);
}
