import {
  impliedIn,
  visit,
  type BlockNode,
  type CallNode,
  type FieldType,
  type GlobalBlockNode,
  type ImpliedNode,
  type ParameterNode,
  type PatternNode,
  type PolicyOutline,
  type RuleNode,
  type Span,
  type StatementNode,
  type TermNode,
  type TermTypes,
  type VariableNode,
} from '@nanook/core/syntax';
import { declarationsOf, type DeclarationKind } from '../blocks/declarations.js';
import type { CompleteSettings } from '../workspace/settings.js';
import { nameSlotsOf } from './name-slots.js';
import type { Occurrence, PolicySymbol } from './policy-symbol.js';
import { isAnyType, resolveName } from './resolve-name.js';

/** A rule, or a condition in the place of its body. */
type ScopeNode = Pick<RuleNode, 'parameters' | 'body' | 'span'> & { readonly name: string | undefined };

/** The kind and the type of the names that a variable can have. */
interface Slot {
  readonly kind: DeclarationKind | 'field';
  readonly type: string | undefined;
  /** Whether the name can be one that no block declares. */
  readonly isFree: boolean;
}

/** Returns the places of a statement that name something, in no particular order. Each place is that of the text in which it was parsed. */
export function occurrencesIn(
  statement: StatementNode,
  outline: PolicyOutline,
  settings: CompleteSettings,
): readonly Occurrence[] {
  const collector = new Collector(outline, settings);
  collector.statement(statement);
  return collector.found;
}

class Collector {
  readonly found: Occurrence[] = [];
  #whole: Span | undefined;
  /** The names that are fixtures: those of the settings in tests and queries, and none in rules. */
  #fixtures: CompleteSettings['fixtures'] = {};

  constructor(
    readonly outline: PolicyOutline,
    readonly settings: CompleteSettings,
  ) {}

  statement(statement: StatementNode): void {
    this.#whole = statement.span;
    const isQuery = statement.kind === 'test' || statement.kind === 'inline-query';
    this.#fixtures = isQuery ? this.settings.fixtures : {};
    switch (statement.kind) {
      case 'rule':
        this.#rule(statement);
        return;
      case 'rule-type':
        this.#add([{ kind: 'rule', name: statement.name }], statement.nameSpan, 'declaration');
        this.#scope({ ...statement, body: undefined });
        return;
      case 'fact-declaration':
        this.#add([{ kind: 'rule', name: statement.name }], statement.nameSpan, 'declaration');
        for (const { name, span } of statement.types) this.#add([{ kind: 'type', name }], span, 'use');
        return;
      case 'test-fixture':
        for (const rule of statement.rules) this.#rule(rule, 'use');
        return;
      case 'inline-query':
        this.#scope({ name: undefined, parameters: [], body: statement.term, span: statement.span });
        return;
      case 'block':
      case 'global-block':
        this.#block(statement);
        return;
      case 'test':
        for (const item of statement.items) {
          if (item.kind === 'setup') for (const rule of item.rules) this.#rule(rule, 'use');
          else
            for (const body of item.values === undefined ? [item.term] : [item.values, item.term])
              this.#scope({ name: undefined, parameters: [], body, span: item.span });
        }
        return;
      default:
    }
  }

  /** @param role the role of the name of the rule: a fact in the setup of a test uses it */
  #rule(rule: RuleNode, role: 'declaration' | 'use' = 'declaration'): void {
    this.#add([{ kind: 'rule', name: rule.name }], rule.nameSpan, role);
    this.#scope(rule);
  }

  #block(block: BlockNode | GlobalBlockNode): void {
    const type = block.kind === 'block' ? block.className.name : block.keyword.name;
    if (block.kind === 'block') {
      this.#add([{ kind: 'type', name: type }], block.className.span, 'declaration');
      for (const { name, span } of block.bases) this.#add([{ kind: 'type', name }], span, 'use');
    }
    for (const { kind, name, span } of declarationsOf(block)) {
      const whole = block.items.find((item) => item.span.start <= span.start && span.end <= item.span.end);
      this.#whole = whole?.span ?? block.span;
      if (kind !== 'relation') this.#add([{ kind, type, name }], inner(span), 'declaration');
    }
    for (const item of block.items) {
      this.#whole = item.span;
      if (item.kind === 'dictionary-declaration')
        for (const { key, keySpan, value } of item.fields) {
          this.#add([{ kind: 'relation', type, name: key }], keySpan, 'declaration');
          this.#add([{ kind: 'type', name: value.name }], value.span, 'use');
        }
      if (item.kind !== 'shorthand-rule') continue;
      if (item.head.kind === 'string')
        this.#add(this.#declaredBy(type, item.head.value), inner(item.head.span), 'grant');
      for (const implied of impliedIn(item)) this.#implied(implied, type);
      if (item.body.kind !== 'implied')
        this.#scope({ name: undefined, parameters: [], body: item.body, span: item.span });
    }
  }

  /** Adds the names in `"owner" on "parent"`. */
  #implied({ isGlobal, name, relation }: ImpliedNode, type: string): void {
    const link = relation && this.outline.blocks.get(type)?.declarations.get(relation.value);
    const owner = isGlobal ? 'global' : relation === undefined ? type : link?.related;
    if (owner !== undefined && name.kind === 'string')
      this.#add(this.#declaredBy(owner, name.value), inner(name.span), 'use');
    if (relation !== undefined)
      this.#add(
        [{ kind: 'relation', type: link?.type ?? type, name: relation.value }],
        inner(relation.span),
        'use',
      );
  }

  /** Returns the symbol that a block declares by a name. */
  #declaredBy(type: string, name: string): readonly PolicySymbol[] {
    const block = type === 'global' ? this.outline.globals : this.outline.blocks.get(type);
    const declaration = block?.declarations.get(name);
    return declaration === undefined ? [] : [{ kind: declaration.kind, type: declaration.type, name }];
  }

  #scope(scope: ScopeNode): void {
    const types = this.outline.types.termTypesIn(scope);
    const key = idOf(scope);
    for (const [span, { field, type }] of types.fields)
      this.#add([{ kind: 'field', type: type.name, name: field.name }], span, 'use');
    const slots = new Map<string, Slot>();
    const terms = scope.parameters.map(({ term }) => term);
    if (scope.name !== undefined) {
      const typeAt = (index: number): string | undefined =>
        typeOfParameter(scope.parameters[index]) ?? this.#typeName(terms[index], types);
      this.#nameArguments(scope.name, terms, typeAt, 'grant', slots);
    }
    const walk = (node: ParameterNode | TermNode): void =>
      visit(node, {
        variable: (variable) => this.#variable(variable, key),
        'instance-pattern': ({ className, classSpan }) => this.#type(className, classSpan),
        new: ({ className, classSpan }) => this.#type(className, classSpan),
        call: (call) => this.#call(call, types, slots),
      });
    for (const parameter of scope.parameters) walk(parameter);
    if (scope.body === undefined) return;
    walk(scope.body);
    visit(scope.body, {
      unify: ({ left, right }) =>
        this.#compared(left, [right], slots) ?? this.#compared(right, [left], slots),
      compare: ({ left, right }) =>
        this.#compared(left, [right], slots) ?? this.#compared(right, [left], slots),
      in: ({ item, collection }) =>
        void (collection.kind === 'list' && this.#compared(item, collection.items, slots)),
    } as Parameters<typeof visit>[1]);
  }

  #call({ predicate, predicateSpan, args }: CallNode, types: TermTypes, slots: Map<string, Slot>): void {
    this.#add([{ kind: 'rule', name: predicate }], predicateSpan, 'use');
    const typeAt = (index: number): string | undefined => this.#typeName(args[index], types);
    this.#nameArguments(predicate, args, typeAt, 'use', slots);
  }

  /** Adds the names in the arguments of a rule that blocks know, and notes the variables in their places. */
  #nameArguments(
    rule: string,
    args: readonly TermNode[],
    typeAt: (index: number) => string | undefined,
    role: Occurrence['role'],
    slots: Map<string, Slot>,
  ): void {
    for (const { kind, index, owner, isFree } of nameSlotsOf(rule)) {
      const term = args[index];
      const type = typeAt(owner);
      const slot: Slot = { kind, type, isFree };
      if (term?.kind === 'variable' && term.name !== '_') slots.set(term.name, slot);
      else if (term !== undefined) this.#text(term, slot, role);
    }
  }

  #compared(
    term: TermNode,
    literals: readonly TermNode[],
    slots: ReadonlyMap<string, Slot>,
  ): true | undefined {
    const slot = term.kind === 'variable' ? slots.get(term.name) : undefined;
    if (slot === undefined) return undefined;
    for (const literal of literals) this.#text(literal, slot, 'use');
    return true;
  }

  #text(term: TermNode, { kind, type, isFree }: Slot, role: Occurrence['role']): void {
    if (term.kind !== 'literal' || typeof term.value !== 'string') return;
    const name = term.value;
    const symbols =
      kind === 'field'
        ? [{ kind, type: type ?? '*', name } as const]
        : resolveName(this.outline, kind, type, name);
    this.#add(symbols, inner(term.span), role, { isFree, isOfAnyType: isAnyType(type) });
  }

  #variable({ name, span, entity }: VariableNode, scope: string): void {
    if (entity !== undefined) {
      const { source, start } = span;
      this.#type(entity.type, { source, start, end: start + entity.type.length });
      return;
    }
    if (name === '_' || name === 'nil') return;
    if (this.outline.types.find(name) !== undefined) return this.#type(name, span);
    const kind = Object.hasOwn(this.#fixtures, name)
      ? 'fixture'
      : Object.hasOwn(this.settings.constants, name) || name === 'Clock'
        ? 'constant'
        : 'variable';
    this.#add([kind === 'variable' ? { kind, name, scope } : { kind, name }], span, 'use');
  }

  #type(name: string, span: Span): void {
    this.#add([{ kind: 'type', name }], span, 'use');
  }

  #typeName(term: TermNode | undefined, types: TermTypes): string | undefined {
    if (term === undefined) return undefined;
    if (term.kind === 'variable') {
      if (term.entity !== undefined) return term.entity.type;
      if (this.outline.types.find(term.name) !== undefined) return term.name;
      if (Object.hasOwn(this.#fixtures, term.name)) return this.#fixtures[term.name];
    }
    const ofVariable = term.kind === 'variable' ? types.variables.get(term.name) : undefined;
    return nameOf(types.terms.get(term) ?? ofVariable);
  }

  #add(
    symbols: readonly PolicySymbol[],
    { source, start, end }: Span,
    role: Occurrence['role'],
    { isFree, isOfAnyType } = { isFree: false, isOfAnyType: false },
  ): void {
    // The empty text names nothing.
    if (symbols.length === 0 || start >= end) return;
    const { start: from, end: to } = this.#whole ?? { start, end };
    this.found.push({
      symbols,
      isFree: isFree && isOfAnyType,
      isOfAnyType,
      file: source.name ?? '',
      start,
      end,
      role,
      whole: { start: from, end: to },
    });
  }
}

const ids = new WeakMap<object, string>();
let lastId = 0;

/** Returns a text for a rule, which keeps it as long as its node is kept. */
function idOf(scope: ScopeNode): string {
  let id = ids.get(scope.span);
  if (id === undefined) ids.set(scope.span, (id = String(++lastId)));
  return id;
}

const nameOf = (type: FieldType | undefined): string | undefined =>
  type?.kind === 'named' ? type.name : undefined;

/** Returns the type of a pattern. */
export const typeOfPattern = (pattern: PatternNode | undefined): string | undefined =>
  pattern?.kind === 'instance-pattern' ? pattern.className : undefined;

const typeOfParameter = (parameter: ParameterNode | undefined): string | undefined =>
  typeOfPattern(parameter?.specializer);

/** Returns the place of a text without its quotes. */
const inner = ({ source, start, end }: Span): Span => ({ source, start: start + 1, end: end - 1 });
