import { Report } from '../diagnostics/report.js';
import type { Span } from '../diagnostics/span.js';
import type {
  BlockNode,
  DictionaryDeclarationNode,
  GlobalBlockNode,
  ListDeclarationNode,
  ShorthandRuleNode,
} from '../syntax/ast.js';
import type { TypeTable } from '../types/type-table.js';
import type { Declaration, DeclarationKind, GlobalBlock, ResourceBlock } from './policy.js';

/** The blocks of a policy. */
export interface Blocks {
  /** The merged blocks by type, in order of first appearance. */
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  readonly globals: GlobalBlock | undefined;
}

/** The declarations and rules of one type or of the block `global`, while they are read. */
interface GrowingDeclarations {
  /** The name of the type, or `global`. */
  readonly type: string;
  readonly declarations: Map<string, Declaration>;
  readonly shorthandRules: ShorthandRuleNode[];
}

/** The merged blocks of one type, while they are read. */
interface GrowingBlock extends ResourceBlock, GrowingDeclarations {
  isActor: boolean;
  readonly bases: string[];
  readonly declarations: Map<string, Declaration>;
  readonly shorthandRules: ShorthandRuleNode[];
}

/** Merges the blocks of each type. It reports errors in the head and the declarations of each block. */
export function mergeBlocks(
  nodes: readonly (BlockNode | GlobalBlockNode)[],
  types: TypeTable,
  report: Report,
): Blocks {
  const blocks = new Map<string, GrowingBlock>();
  let globals: GrowingDeclarations | undefined;
  for (const node of nodes) {
    if (node.kind === 'global-block') {
      globals ??= { type: node.keyword.name, declarations: new Map(), shorthandRules: [] };
      declareAll(globals, node, types, report);
      continue;
    }
    const { keyword, className } = node;
    if (keyword?.name !== 'actor' && keyword?.name !== 'resource') {
      report.error('POLAR_CHECK_BLOCK_KEYWORD', { found: keyword?.name }, (keyword ?? className).span);
      continue;
    }
    const type = className.name;
    checkType(type, className.span, types, report);
    let block = blocks.get(type);
    if (block === undefined) {
      block = {
        kind: 'resource-block',
        type,
        isActor: false,
        bases: [],
        declarations: new Map(),
        shorthandRules: [],
      };
      blocks.set(type, block);
    }
    if (keyword.name === 'actor') block.isActor = true;
    extendAll(block, node, types, report);
    declareAll(block, node, types, report);
  }
  for (const block of blocks.values()) inherit(block, blocks, report);
  return { blocks, globals };
}

/** Reads `extends File`. The rules for a base hold for its subtypes, which the application declares. */
function extendAll(block: GrowingBlock, { bases }: BlockNode, types: TypeTable, report: Report): void {
  const type = types.find(block.type);
  for (const { name, span } of bases) {
    const base = types.find(name);
    checkType(name, span, types, report);
    if (base !== undefined && type !== undefined && (base === type || !types.isSubtype(type, base)))
      report.error('POLAR_CHECK_BLOCK_NOT_A_BASE', { type: block.type, base: name }, span);
    else if (!block.bases.includes(name)) block.bases.push(name);
  }
}

/** Adds the declarations of the bases of a block, and of their own bases. */
function inherit(block: GrowingBlock, blocks: ReadonlyMap<string, GrowingBlock>, report: Report): void {
  const seen = new Set([block.type]);
  const pending = [...block.bases];
  for (const name of pending) {
    if (seen.has(name)) continue;
    seen.add(name);
    const base = blocks.get(name);
    if (base === undefined) continue;
    for (const declaration of base.declarations.values()) declare(block, declaration, false, report);
    pending.push(...base.bases);
  }
}

function checkType(name: string, span: Span, types: TypeTable, report: Report): void {
  if (types.find(name) === undefined) {
    report.error('POLAR_CHECK_BLOCK_UNKNOWN_CLASS', { name, known: types.typeNames }, span);
  }
}

/** Adds the declarations and the shorthand rules of a block. */
function declareAll(
  block: GrowingDeclarations,
  node: BlockNode | GlobalBlockNode,
  types: TypeTable,
  report: Report,
): void {
  const declared = new Set<string>();
  const names = new Set<string>();
  for (const item of node.items) {
    if (item.kind === 'shorthand-rule') {
      block.shorthandRules.push(item);
      continue;
    }
    const { name, span } = item.name;
    if (node.kind === 'global-block' && name === 'relations') {
      report.error('POLAR_CHECK_BLOCK_GLOBAL_RELATION', {}, span);
      continue;
    }
    if (!hasRightForm(item, report)) continue;
    if (declared.has(name)) {
      report.error('POLAR_CHECK_BLOCK_REPEATED_DECLARATION', { name, type: block.type }, span);
    }
    declared.add(name);
    if (item.kind === 'dictionary-declaration')
      for (const { value } of item.fields) checkType(value.name, value.span, types, report);
    for (const declaration of declarationsOf(item, block.type)) {
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

function declarationsOf(item: ListDeclarationNode | DictionaryDeclarationNode, type: string): Declaration[] {
  if (item.kind === 'dictionary-declaration') {
    return item.fields.map(({ key, keySpan, value }) => ({
      name: key,
      kind: 'relation',
      type,
      related: value.name,
      span: keySpan,
    }));
  }
  const kind: DeclarationKind = item.name.name === 'roles' ? 'role' : 'permission';
  return item.items.map(({ value, span }) => ({ name: value, kind, type, related: undefined, span }));
}

/** Another block of the type may repeat a declaration if it is the same. */
function declare(
  block: GrowingDeclarations,
  found: Declaration,
  isInThisBlock: boolean,
  report: Report,
): void {
  const { name, kind, related, span } = found;
  const earlier = block.declarations.get(name);
  if (earlier === undefined) {
    block.declarations.set(name, found);
  } else if (isInThisBlock || earlier.kind !== kind || earlier.related !== related) {
    const data = { name, type: block.type, was: earlier.kind, now: kind };
    report.error('POLAR_CHECK_BLOCK_DUPLICATE_NAME', data, span);
  }
}
