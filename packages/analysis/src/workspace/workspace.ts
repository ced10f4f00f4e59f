import { CheckMemory } from '@nanook/core/syntax';
import { completionsAt } from '../completion/complete.js';
import type { Completions } from '../completion/completion.js';
import { formatFile } from '../edits/format.js';
import { organizeBlocks } from '../edits/organize-blocks.js';
import { renameTargetAt, renameAt, type Rename, type RenameRefusal } from '../edits/rename.js';
import { fileFinding, findingsIn, type FileFinding } from '../findings/diagnostics.js';
import type { Finding } from '../findings/finding.js';
import { groupBy } from '../findings/group-by.js';
import { codeActionsIn, fixAllIn, type CodeAction } from '../fixes/code-actions.js';
import type { Hover } from '../hover/description.js';
import { hoverAt } from '../hover/hover.js';
import { signatureAt, type Signature } from '../hover/signature.js';
import {
  grantsOf,
  hierarchyAt,
  usersOf,
  type HierarchyCall,
  type HierarchyItem,
} from '../navigation/call-hierarchy.js';
import {
  definitionsAt,
  definitionsOfAction,
  implementationsAt,
  referencesAt,
  type Target,
} from '../navigation/definition.js';
import { codeLensesOf, type CodeLens } from '../outline/code-lenses.js';
import {
  documentSymbolsOf,
  workspaceSymbols,
  type DocumentSymbol,
  type WorkspaceSymbol,
} from '../outline/document-symbols.js';
import { foldingRangesOf, type FoldingRange } from '../outline/folding-ranges.js';
import { inlayHintsIn, type InlayHint } from '../outline/inlay-hints.js';
import type { Measurements } from '../outline/measurements.js';
import { selectionRangesAt } from '../outline/selection-ranges.js';
import { semanticTokensOf, type SemanticToken } from '../outline/semantic-tokens.js';
import { KnownOccurrences } from '../symbols/known-occurrences.js';
import type { TextEdit } from './place.js';
import { PolicyFile } from './policy-file.js';
import { completeSettings, type WorkspaceSettings } from './settings.js';
import { Snapshot } from './snapshot.js';

/** A part of a text: 0-based offsets in UTF-16 code units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The policies of a project in an editor. Methods answer about the texts of the last update, at once and with plain data. An unknown file has
 * no answers.
 *
 * @example
 * const workspace = new Workspace({ types });
 * workspace.update('app.polar', text);
 * workspace.diagnostics('app.polar');
 */
export class Workspace {
  readonly #files = new Map<string, PolicyFile>();
  #settings = completeSettings({});
  #snapshot: Snapshot | undefined;
  readonly #known = new KnownOccurrences();
  readonly #memory = new CheckMemory();
  #findings: readonly Finding[] | undefined;

  constructor(settings: WorkspaceSettings = {}) {
    this.configure(settings);
  }

  // ── texts ──

  /** Replaces the types, constants, queries and fixtures. */
  configure(settings: WorkspaceSettings): void {
    this.#settings = completeSettings(settings);
    this.#change();
  }

  /** Adds a file, or replaces its text. */
  update(name: string, text: string): void {
    const earlier = this.#files.get(name);
    if (earlier?.text === text) return;
    this.#files.set(name, new PolicyFile(name, text, earlier));
    this.#change();
  }

  remove(name: string): void {
    if (this.#files.delete(name)) this.#change();
  }

  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  text(name: string): string | undefined {
    return this.#files.get(name)?.text;
  }

  #change(): void {
    this.#snapshot = undefined;
    this.#findings = undefined;
  }

  get #now(): Snapshot {
    const files = [...this.#files.values()];
    return (this.#snapshot ??= new Snapshot(files, this.#settings, this.#known, this.#memory));
  }

  // ── findings ──

  /** The errors and warnings of all files, as `nanook check` reports them without running a policy. */
  get findings(): readonly Finding[] {
    return (this.#findings ??= findingsIn(this.#now));
  }

  diagnostics(name: string): readonly FileFinding[] {
    return this.allDiagnostics().get(name) ?? [];
  }

  /** Returns the findings by file. Those about a type or an option, which have no place in a policy, have the name `''`. */
  allDiagnostics(): ReadonlyMap<string, readonly FileFinding[]> {
    const groups = groupBy(this.findings, ({ span }) => span?.source.name ?? '');
    return new Map([...groups].map(([name, findings]) => [name, findings.map(fileFinding)]));
  }

  /** Returns the fix of each finding that touches a range. */
  codeActions(name: string, range: Range): readonly CodeAction[] {
    return codeActionsIn(this.#now, this.findings, name, range);
  }

  /** Returns the correction of all findings of a file whose fixes keep all answers; undefined if there is none. */
  fixAll(name: string): CodeAction | undefined {
    return fixAllIn(this.#now, this.findings, name);
  }

  /** Returns the edits that put the declarations of each block of a file first; undefined if they are there. */
  organizeBlocks(name: string): CodeAction | undefined {
    const file = this.#files.get(name);
    const edits = file === undefined ? [] : organizeBlocks(file);
    if (edits.length === 0) return undefined;
    const whole = { start: 0, end: file!.text.length };
    return { title: 'Organize blocks', edits, code: undefined, keepsAnswers: true, ...whole };
  }

  // ── at a place ──

  /** Returns the texts that fit at an offset; undefined where any text fits, as in a comment. */
  complete(name: string, offset: number): Completions | undefined {
    return completionsAt(this.#now, name, offset);
  }

  hover(name: string, offset: number): Hover | undefined {
    return hoverAt(this.#now, name, offset);
  }

  signature(name: string, offset: number): Signature | undefined {
    return signatureAt(this.#now, name, offset);
  }

  /** Returns the places that declare the name at an offset. */
  definition(name: string, offset: number): readonly Target[] {
    return definitionsAt(this.#now, name, offset);
  }

  /** Returns the places that declare an action on any type, or else the rules that allow it: for a call in the application. */
  definitionOfAction(action: string): readonly Target[] {
    return definitionsOfAction(this.#now, action);
  }

  /** Returns the rules that grant the role, permission or relation at an offset, or that define the rule there. */
  implementation(name: string, offset: number): readonly Target[] {
    return implementationsAt(this.#now, name, offset);
  }

  references(name: string, offset: number, includeDeclaration = true): readonly Target[] {
    return referencesAt(this.#now, name, offset, includeDeclaration);
  }

  /** Returns the place of the name at an offset, or the reason why it cannot be renamed. */
  prepareRename(name: string, offset: number): Range | RenameRefusal {
    const found = renameTargetAt(this.#now, name, offset);
    if ('reason' in found) return found;
    const { start, end } = found.occurrence;
    return { start, end };
  }

  /** Returns the edits of a rename in all files, and what it cannot change. */
  rename(name: string, offset: number, to: string): Rename | RenameRefusal {
    return renameAt(this.#now, name, offset, to);
  }

  /** Returns the rules, roles, permissions and relations at an offset whose grants can be followed. */
  callHierarchy(name: string, offset: number): readonly HierarchyItem[] {
    return hierarchyAt(this.#now, name, offset);
  }

  /** Returns the names whose rules use a name: who gets something by this role? */
  incomingCalls({ symbol }: Pick<HierarchyItem, 'symbol'>): readonly HierarchyCall[] {
    return usersOf(this.#now, symbol);
  }

  /** Returns the names that the rules of a name use: who grants this role? */
  outgoingCalls({ symbol }: Pick<HierarchyItem, 'symbol'>): readonly HierarchyCall[] {
    return grantsOf(this.#now, symbol);
  }

  // ── about a file ──

  documentSymbols(name: string): readonly DocumentSymbol[] {
    const file = this.#files.get(name);
    return file === undefined ? [] : documentSymbolsOf(file.tree);
  }

  /** Returns the declarations of all files whose name contains the letters of a text. */
  workspaceSymbols(query: string): readonly WorkspaceSymbol[] {
    return workspaceSymbols(this.#now, query);
  }

  folding(name: string): readonly FoldingRange[] {
    const file = this.#files.get(name);
    return file === undefined ? [] : foldingRangesOf(file.tree);
  }

  /** Returns the parts of a file around an offset, from the smallest to the whole file. */
  selectionRanges(name: string, offset: number): readonly Range[] {
    const file = this.#files.get(name);
    return file === undefined ? [] : selectionRangesAt(file.tree, offset);
  }

  semanticTokens(name: string): readonly SemanticToken[] {
    return semanticTokensOf(this.#now.symbols, name);
  }

  inlayHints(name: string, range: Range): readonly InlayHint[] {
    return inlayHintsIn(this.#now, name, range);
  }

  /** @param measured numbers of a run with the present texts of all files */
  codeLenses(name: string, measured?: Measurements): readonly CodeLens[] {
    return codeLensesOf(this.#now, name, measured);
  }

  /** Formats a file, or the statements that touch a range. */
  format(name: string, range?: Range): readonly TextEdit[] {
    const file = this.#files.get(name);
    return file === undefined ? [] : formatFile(file, range);
  }
}
