import type { Node, StringLiteral } from '@babel/types';
import { textOf, walk, type ParsedSource } from './parsed-source.js';

/** Functions and methods whose first argument is the name of a module. */
const loaders = new Set(['require', 'resolve']);
// cspell:ignore dont
const mocks = new Set([
  'mock',
  'doMock',
  'unmock',
  'dontMock',
  'requireActual',
  'requireMock',
  'importActual',
  'importMock',
]);

/** A string of a source file that names a module. */
export interface ModuleName {
  readonly literal: StringLiteral;
  /** The node that loads the module, such as an import declaration. */
  readonly user: Node;
}

/** Returns each string that names a module: in imports, exports, `require`, types, and mocks of Jest and Vitest. */
export function moduleNames({ tree }: ParsedSource): ModuleName[] {
  const found: ModuleName[] = [];
  walk(tree.program, (node) => {
    const literal = nameIn(node);
    if (literal?.type === 'StringLiteral') found.push({ literal, user: node });
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
      return isLoader(node.callee) ? node.arguments[0] : undefined;
    default:
      return undefined;
  }
}

function isLoader(callee: Node): boolean {
  if (callee.type === 'Import') return true;
  if (callee.type === 'Identifier') return callee.name === 'require';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { object, property } = callee;
  if (object.type !== 'Identifier') return false;
  return object.name === 'require'
    ? loaders.has(property.name)
    : (object.name === 'jest' || object.name === 'vi') && mocks.has(property.name);
}

/** Replaces the name of a module, and keeps the quotes. */
export function renameModule(source: ParsedSource, { literal }: ModuleName, name: string): void {
  const quote = textOf(source, literal)[0]!;
  source.edited.overwrite(literal.start!, literal.end!, `${quote}${name}${quote}`);
}
