import type { BlockNode, CommentNode } from '@nanook/core/syntax';
import type { PolicyFile } from '../workspace/policy-file.js';
import type { TextEdit } from '../workspace/place.js';

type BlockItem = BlockNode['items'][number];

/** An item of a block with the comments above it and on its last line. */
interface Segment {
  readonly item: BlockItem;
  /** The comments above it, up to the item. */
  readonly lead: string;
  readonly text: string;
  readonly hasBlankLine: boolean;
}

/** The declarations in the order in which a block has them; rules follow. */
const order = ['permissions', 'roles', 'relations'];
const rulesRank = order.length;

/**
 * Moves the declarations of each block before its rules: permissions, roles, relations. Comments move with the item below them or on their line.
 * Rules keep their order, so that all answers stay the same. Returns no edits for a file with a syntax error.
 */
export function organizeBlocks(file: PolicyFile): readonly TextEdit[] {
  if (file.syntaxErrors.length > 0) return [];
  const { statements, comments } = file.tree;
  return statements.flatMap((block) => {
    const edit = block.kind === 'block' ? organized(block, file, comments) : undefined;
    return edit === undefined ? [] : [edit];
  });
}

const rankOf = (item: BlockItem): number =>
  item.kind === 'shorthand-rule' ? rulesRank : order.indexOf(item.name.name);

function organized(
  { className, items }: BlockNode,
  { text, name }: PolicyFile,
  comments: readonly CommentNode[],
): TextEdit | undefined {
  const sorted = items.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (sorted.every((item, i) => item === items[i])) return undefined;
  const endOf = (offset: number): number => {
    const comment = comments.find(({ span }) => span.start >= offset);
    const isTrailing = comment !== undefined && /^[^\S\n]*$/.test(text.slice(offset, comment.span.start));
    return isTrailing ? comment.span.start + comment.text.trimEnd().length : offset;
  };
  const start = endOf(text.indexOf('{', className.span.end) + 1);
  let from = start;
  const segments = new Map<BlockItem, Segment>();
  for (const item of items) {
    const before = text.slice(from, item.span.start);
    const end = endOf(item.span.end);
    segments.set(item, {
      item,
      lead: before.trimStart(),
      text: text.slice(item.span.start, end),
      hasBlankLine: /^[^\S\n]*\n[^\S\n]*\n/.test(before),
    });
    from = end;
  }
  const before = text.slice(start, from);
  const isOneLine =
    !before.includes('\n') && !comments.some(({ span }) => start <= span.start && span.start < from);
  const newLine = before.includes('\r\n') ? '\r\n' : '\n';
  const indent = /\n([^\S\n]*)\S/.exec(before)?.[1] ?? '  ';
  const parts = sorted.map((item, i) => {
    const { lead, text: own, hasBlankLine } = segments.get(item)!;
    if (isOneLine) return ` ${own}`;
    const isFirstRule = rankOf(item) === rulesRank && i > 0 && rankOf(sorted[i - 1]!) < rulesRank;
    return `${newLine.repeat(i > 0 && (hasBlankLine || isFirstRule) ? 2 : 1)}${indent}${lead}${own}`;
  });
  return { file: name, start, end: from, text: parts.join('') };
}
