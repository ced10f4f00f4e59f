import { Report } from '../diagnostics/report.js';
import type { Span } from '../diagnostics/span.js';
import type {
  BlockNode,
  DictionaryDeclarationNode,
  ListDeclarationNode,
  ShorthandRuleNode,
} from '../syntax/ast.js';
import type { TypeTable } from '../types/type-table.js';
import type { Declaration, DeclarationKind, ResourceBlock } from './policy.js';

/** The merged blocks of one type, while they are read. */
interface GrowingBlock extends ResourceBlock {
  isActor: boolean;
  readonly declarations: Map<string, Declaration>;
  readonly shorthandRules: ShorthandRuleNode[];
}

/** Returns the blocks by type, in order of first appearance. It reports errors in the head and the declarations of each block. */
export function mergeBlocks(
  nodes: readonly BlockNode[],
  types: TypeTable,
  report: Report,
): ReadonlyMap<string, ResourceBlock> {
  const blocks = new Map<string, GrowingBlock>();
  for (const node of nodes) {
    const { keyword, className } = node;
    if (keyword?.name !== 'actor' && keyword?.name !== 'resource') {
      report.error('POLAR_CHECK_BLOCK_KEYWORD', { found: keyword?.name }, (keyword ?? className).span);
      continue;
    }
    const type = className.name;
    checkType(type, className.span, types, report);
    let block = blocks.get(type);
    if (block === undefined) {
      block = { kind: 'resource-block', type, isActor: false, declarations: new Map(), shorthandRules: [] };
      blocks.set(type, block);
    }
    if (keyword.name === 'actor') block.isActor = true;
    declareAll(block, node, types, report);
  }
  return blocks;
}

function checkType(name: string, span: Span, types: TypeTable, report: Report): void {
  if (types.find(name) === undefined) {
    report.error('POLAR_CHECK_BLOCK_UNKNOWN_CLASS', { name, known: types.typeNames }, span);
  }
}

/** Adds the declarations and the shorthand rules of a block. */
function declareAll(block: GrowingBlock, node: BlockNode, types: TypeTable, report: Report): void {
  const declared = new Set<string>();
  const names = new Set<string>();
  for (const item of node.items) {
    if (item.kind === 'shorthand-rule') {
      block.shorthandRules.push(item);
      continue;
    }
    const { name, span } = item.name;
    if (!hasRightForm(item, report)) continue;
    if (declared.has(name)) {
      report.error('POLAR_CHECK_BLOCK_REPEATED_DECLARATION', { name, type: block.type }, span);
    }
    declared.add(name);
    if (item.kind === 'dictionary-declaration')
      for (const { value } of item.fields) checkType(value.name, value.span, types, report);
    for (const declaration of declarationsOf(item)) {
      declare(block, declaration, names.has(declaration.name), report);
      names.add(declaration.name);
    }
  }
}

/**
 * Checks the form of a declaration: `roles` and `permissions` are lists, `relations` is a dictionary, and no other declarations
 * exist.
 */
function hasRightForm(item: ListDeclarationNode | DictionaryDeclarationNode, report: Report): boolean {
  const { name, span } = item.name;
  const isList = item.kind === 'list-declaration';
  if (name === 'roles' || name === 'permissions') {
    if (isList) return true;
    const data = { name, expected: 'list of strings', found: 'dictionary' };
    report.error('POLAR_CHECK_BLOCK_DECLARATION_FORM', data, span);
  } else if (name === 'relations') {
    if (!isList) return true;
    report.error('POLAR_CHECK_BLOCK_DECLARATION_FORM', { name, expected: 'dictionary', found: 'list' }, span);
  } else {
    report.error('POLAR_CHECK_BLOCK_DECLARATION', { name, form: isList ? 'list' : 'dictionary' }, span);
  }
  return false;
}

function declarationsOf(item: ListDeclarationNode | DictionaryDeclarationNode): Declaration[] {
  if (item.kind === 'dictionary-declaration') {
    return item.fields.map(({ key, keySpan, value }) => ({
      name: key,
      kind: 'relation',
      related: value.name,
      span: keySpan,
    }));
  }
  const kind: DeclarationKind = item.name.name === 'roles' ? 'role' : 'permission';
  return item.items.map(({ value, span }) => ({ name: value, kind, related: undefined, span }));
}

/** Another block of the type may repeat a declaration if it is the same. */
function declare(block: GrowingBlock, found: Declaration, isInThisBlock: boolean, report: Report): void {
  const { name, kind, related, span } = found;
  const earlier = block.declarations.get(name);
  if (earlier === undefined) {
    block.declarations.set(name, found);
  } else if (isInThisBlock || earlier.kind !== kind || earlier.related !== related) {
    const data = { name, type: block.type, was: earlier.kind, now: kind };
    report.error('POLAR_CHECK_BLOCK_DUPLICATE_NAME', data, span);
  }
}
