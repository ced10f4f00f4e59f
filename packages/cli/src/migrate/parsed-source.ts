import { parse, type ParserPlugin } from '@babel/parser';
import type { File, Node } from '@babel/types';
import MagicString from 'magic-string';

/** A place of the application that must be changed by hand, with the reason. */
export interface ManualChange {
  readonly file: string;
  readonly line: number;
  /** The column, counted from 1. */
  readonly column: number;
  readonly message: string;
}

/** A source file of the application: its syntax tree, and its text with the changes so far. */
export interface ParsedSource {
  readonly file: string;
  readonly text: string;
  readonly tree: File;
  readonly edited: MagicString;
  readonly manual: ManualChange[];
}

export const isTypeScriptFile = (file: string): boolean => /\.[cm]?tsx?$/.test(file);

/** Parses a source file. @throws {SyntaxError} */
export function parseSource(file: string, text: string): ParsedSource {
  const isTypeScript = isTypeScriptFile(file);
  // `<T>value` is a type assertion only in files without JSX.
  const hasJsx = !isTypeScript || file.endsWith('x');
  const plugins: ParserPlugin[] = [
    ...(isTypeScript ? (['typescript', 'decorators-legacy'] as const) : (['flow', 'decorators'] as const)),
    'decoratorAutoAccessors',
    'explicitResourceManagement',
    ...(hasJsx ? (['jsx'] as const) : []),
  ];
  const tree = parse(text, {
    sourceType: 'unambiguous',
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
    plugins: file.includes('.d.')
      ? plugins.map((plugin) => (plugin === 'typescript' ? ['typescript', { dts: true }] : plugin))
      : plugins,
  });
  return { file, text, tree, edited: new MagicString(text), manual: [] };
}

/** Adds a place that must be changed by hand, unless its line has one. */
export function addManual({ file, manual }: ParsedSource, node: Node, message: string): void {
  const { line, column } = node.loc!.start;
  if (manual.some((change) => change.line === line)) return;
  manual.push({ file, line, column: column + 1, message });
}

/** Returns the places that must be changed by hand, in order, with their lines after the changes of the file. */
export function placesAfter({ edited, manual }: ParsedSource): ManualChange[] {
  const lines = edited.hasChanged() ? edited.generateDecodedMap({ hires: true }).mappings : undefined;
  const places = manual.toSorted((a, b) => a.line - b.line);
  return lines === undefined ? places : places.map((place) => ({ ...place, ...lastBefore(lines, place) }));
}

/** Returns where the text at a place, or the last text before it that is left, is now. */
function lastBefore(
  lines: readonly (readonly (readonly number[])[])[],
  place: ManualChange,
): Pick<ManualChange, 'line' | 'column'> {
  let found = { line: 1, column: 1 };
  for (const [index, segments] of lines.entries())
    for (const [column, , sourceLine, sourceColumn] of segments) {
      if (sourceLine! + 1 > place.line) return found;
      if (sourceLine! + 1 === place.line && sourceColumn! + 1 > place.column) return found;
      found = { line: index + 1, column: column! + 1 };
    }
  return found;
}

/** Returns the line break of a file. */
export const lineBreakOf = ({ text }: ParsedSource): string => (text.includes('\r\n') ? '\r\n' : '\n');

export const textOf = ({ text }: ParsedSource, node: Node): string => text.slice(node.start!, node.end!);

/** Removes a statement with the rest of its line. */
export function removeStatement({ edited, text }: ParsedSource, { start, end }: Node): void {
  const lineStart = text.lastIndexOf('\n', start! - 1) + 1;
  const isAlone = text.slice(lineStart, start!).trim() === '';
  const lineEnd = /^[\t ]*\r?\n?/.exec(text.slice(end!))![0].length;
  edited.remove(isAlone ? lineStart : start!, end! + (isAlone ? lineEnd : 0));
}

/**
 * Visits each node of a syntax tree before its children.
 *
 * @param visit receives a node and its ancestors, the nearest one last
 */
export function walk(
  node: Node,
  visit: (node: Node, ancestors: readonly Node[]) => void,
  ancestors: Node[] = [],
): void {
  visit(node, ancestors);
  ancestors.push(node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'loc' || key.endsWith('Comments')) continue;
    for (const child of (Array.isArray(value) ? value : [value]) as unknown[])
      if (isNode(child)) walk(child, visit, ancestors);
  }
  ancestors.pop();
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
