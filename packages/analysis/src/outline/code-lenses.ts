import { visit, type BlockNode, type PolicyNode, type RuleNode } from '@nanook/core/syntax';
import { declarationsOf } from '../blocks/declarations.js';
import { keyOf, type Occurrence, type PolicySymbol } from '../symbols/policy-symbol.js';
import type { Snapshot } from '../workspace/snapshot.js';
import { counted, measuredText, sumOf, type Measurements } from './measurements.js';

/** A note above a line, which can have a command. */
export interface CodeLens {
  readonly start: number;
  readonly end: number;
  readonly title: string;
  readonly action:
    | { readonly kind: 'run test'; readonly file: string; readonly test: string }
    | { readonly kind: 'show references'; readonly file: string; readonly offset: number }
    /** The action is undefined for a block, whose user chooses one. */
    | { readonly kind: 'show sql'; readonly type: string; readonly action: string | undefined }
    | { readonly kind: 'explain'; readonly type: string; readonly action: string };
}

/**
 * Returns the notes of a file: the rules and tests of each block, the commands of each rule that allows an action, and the command of each test.
 *
 * @param measured numbers of a run with the present texts; undefined for none
 */
export function codeLensesOf(snapshot: Snapshot, name: string, measured?: Measurements): readonly CodeLens[] {
  const tree = snapshot.file(name)?.tree;
  if (tree === undefined) return [];
  const assertions = assertionsBySymbol(snapshot);
  return tree.statements.flatMap((statement): CodeLens[] => {
    const { start, end } = statement.span;
    switch (statement.kind) {
      case 'test':
        return [
          {
            start,
            end,
            title: 'Run test',
            action: { kind: 'run test', file: name, test: statement.name.value },
          },
        ];
      case 'block':
        return blockLenses(statement, snapshot, name, assertions, measured);
      case 'rule':
        return ruleLenses(statement, snapshot, name, measured);
      default:
        return [];
    }
  });
}

function blockLenses(
  block: BlockNode,
  snapshot: Snapshot,
  file: string,
  assertions: ReadonlyMap<string, number>,
  measured: Measurements | undefined,
): CodeLens[] {
  const { className, span } = block;
  const { start, end } = span;
  const type = className.name;
  const declared = [...(snapshot.outline.blocks.get(type)?.declarations.values() ?? [])];
  const grants = grantsOn(snapshot, type);
  const roles = declarationsOf(block).filter(({ kind }) => kind === 'role');
  const numbers =
    measured === undefined
      ? ''
      : measuredText(
          sumOf([
            ...grants.map((grant) => measured.at(grant.file, grant.whole.start)),
            ...roles.map((role) => measured.at(file, role.span.start)),
          ]),
        );
  const count = declared.reduce(
    (sum, { kind, name }) => sum + (assertions.get(keyOf({ kind, type, name })) ?? 0),
    0,
  );
  const title = `${counted(grants.length, 'rule')}, ${numbers === '' ? counted(count, 'assertion') : numbers}`;
  const offset = className.span.start;
  const lens: CodeLens = { start, end, title, action: { kind: 'show references', file, offset } };
  const hasTable = declared.some(({ kind }) => kind === 'permission');
  return hasTable
    ? [lens, { start, end, title: 'Show SQL', action: { kind: 'show sql', type, action: undefined } }]
    : [lens];
}

function ruleLenses(
  { span, nameSpan }: RuleNode,
  { symbols }: Snapshot,
  file: string,
  measured: Measurements | undefined,
): CodeLens[] {
  const { start, end } = span;
  const numbers = measuredText(measured?.at(file, start) ?? {});
  const lenses: CodeLens[] =
    numbers === ''
      ? []
      : [{ start, end, title: numbers, action: { kind: 'show references', file, offset: nameSpan.start } }];
  const allowed = symbols.inFile(file).find((each) => each.role === 'grant' && each.whole.start === start);
  const [symbol, ...others] = allowed?.symbols ?? [];
  if (symbol?.kind !== 'permission' || symbol.type === '*' || others.length > 0) return lenses;
  const { type, name: action } = symbol;
  return [
    ...lenses,
    { start, end, title: 'Explain', action: { kind: 'explain', type, action } },
    { start, end, title: 'Show SQL', action: { kind: 'show sql', type, action } },
  ];
}

/** Returns the rules that grant a name of a type. */
function grantsOn({ symbols }: Snapshot, type: string): readonly Occurrence[] {
  const isOwn = (symbol: PolicySymbol): boolean =>
    (symbol.kind === 'role' || symbol.kind === 'permission' || symbol.kind === 'relation') &&
    symbol.type === type;
  return symbols.all.filter(({ role, symbols: found }) => role === 'grant' && found.some(isOwn));
}

/** Counts the assertions about each name. */
function assertionsBySymbol({ trees, symbols }: Snapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const tree of trees)
    for (const place of assertionsIn(tree))
      for (const { symbols: found, start, end } of symbols.inFile(tree.span.source.name ?? ''))
        if (place.start <= start && end <= place.end)
          for (const symbol of found) counts.set(keyOf(symbol), (counts.get(keyOf(symbol)) ?? 0) + 1);
  return counts;
}

function assertionsIn(tree: PolicyNode): readonly { readonly start: number; readonly end: number }[] {
  const found: { readonly start: number; readonly end: number }[] = [];
  visit(tree, { test: ({ span }) => void found.push(span) });
  return found;
}
