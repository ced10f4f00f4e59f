import { visit, type PolicyNode } from '@nanook/core/syntax';
import { keyOf, type PolicySymbol } from '../symbols/policy-symbol.js';
import type { Snapshot } from '../workspace/snapshot.js';

/** A note above a line, which can have a command. */
export interface CodeLens {
  readonly start: number;
  readonly end: number;
  readonly title: string;
  readonly action:
    | { readonly kind: 'run test'; readonly file: string; readonly test: string }
    | { readonly kind: 'show references'; readonly file: string; readonly offset: number }
    | { readonly kind: 'show sql'; readonly type: string };
}

/** Returns the notes of a file: the rules and tests of each block, and the command of each test. */
export function codeLensesOf(snapshot: Snapshot, name: string): readonly CodeLens[] {
  const tree = snapshot.file(name)?.tree;
  if (tree === undefined) return [];
  const tests = assertionsBySymbol(snapshot);
  return tree.statements.flatMap((statement): CodeLens[] => {
    const { start, end } = statement.span;
    if (statement.kind === 'test')
      return [
        {
          start,
          end,
          title: 'Run test',
          action: { kind: 'run test', file: name, test: statement.name.value },
        },
      ];
    if (statement.kind !== 'block') return [];
    const { className } = statement;
    const declared = [...(snapshot.outline.blocks.get(className.name)?.declarations.values() ?? [])];
    const count = declared.reduce(
      (sum, { kind, name: each }) =>
        sum + (tests.get(keyOf({ kind, type: className.name, name: each })) ?? 0),
      0,
    );
    const rules = grantsOn(snapshot, className.name);
    const offset = className.span.start;
    const texts = [counted(rules, 'rule'), counted(count, 'assertion')];
    const lens = {
      start,
      end,
      title: texts.join(', '),
      action: { kind: 'show references', file: name, offset },
    } as const;
    const hasTable = declared.some(({ kind }) => kind === 'permission');
    const sql = {
      start,
      end,
      title: 'Show SQL',
      action: { kind: 'show sql', type: className.name },
    } as const;
    return hasTable ? [lens, sql] : [lens];
  });
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Counts the rules that grant a name of a type. */
function grantsOn({ symbols }: Snapshot, type: string): number {
  const isOwn = (symbol: PolicySymbol): boolean =>
    (symbol.kind === 'role' || symbol.kind === 'permission' || symbol.kind === 'relation') &&
    symbol.type === type;
  return symbols.all.filter(({ role, symbols: found }) => role === 'grant' && found.some(isOwn)).length;
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
