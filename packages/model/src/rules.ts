import {
  mapTerm,
  parse,
  type BlockItemNode,
  type BlockNode,
  type ImpliedNode,
  type ParameterNode,
  type PatternNode,
  type ShorthandRuleNode,
  type Span,
  type TermNode,
} from '@nanook/core/syntax';
import { ModelError } from './outcome.js';

/** A rule, as the policy writes it or as a shorthand rule of a block means it. */
export interface Rule {
  readonly name: string;
  readonly parameters: readonly Pick<ParameterNode, 'term' | 'specializer'>[];
  readonly body: TermNode | undefined;
}

/** The rules of a policy, and the types that its blocks declare. */
export interface Rules {
  readonly rules: readonly Rule[];
  readonly resources: ReadonlySet<string>;
  readonly actors: ReadonlySet<string>;
}

type Kind = 'role' | 'permission' | 'relation';
const predicates = { role: 'has_role', permission: 'has_permission', relation: 'has_relation' } as const;

/** The declared names of a type, or of the block `global`. */
type Names = Map<string, { readonly kind: Kind; readonly related?: string }>;

/** Reads the rules of a policy. Each shorthand rule becomes an ordinary one. */
export function rulesOf(text: string): Rules {
  const { policy } = parse(text);
  const blocks = policy.statements.filter((each) => each.kind === 'block');
  const globals = policy.statements.filter((each) => each.kind === 'global-block');
  const names = declaredNames(blocks);
  const ofGlobal: Names = new Map();
  for (const { items } of globals) declare(ofGlobal, items);
  const shorthands = (type: string | undefined, own: Names, items: readonly BlockItemNode[]): Rule[] =>
    items
      .filter((item) => item.kind === 'shorthand-rule')
      .map((node) => new Expansion(type, own, names, ofGlobal).ruleFor(node));
  return {
    rules: [
      ...policy.statements.filter((each) => each.kind === 'rule'),
      ...blocks.flatMap(({ className, items }) =>
        shorthands(className.name, names.get(className.name)!, items),
      ),
      ...globals.flatMap(({ items }) => shorthands(undefined, ofGlobal, items)),
    ],
    resources: new Set(names.keys()),
    actors: new Set(
      blocks.filter(({ keyword }) => keyword?.name === 'actor').map((each) => each.className.name),
    ),
  };
}

/** Returns the names that the blocks of each type declare, with those of the types that a block extends. */
function declaredNames(blocks: readonly BlockNode[]): ReadonlyMap<string, Names> {
  const names = new Map<string, Names>(blocks.map(({ className }) => [className.name, new Map()]));
  const collect = (into: Names, type: string): void => {
    for (const block of blocks.filter(({ className }) => className.name === type)) {
      for (const base of block.bases) collect(into, base.name);
      declare(into, block.items);
    }
  };
  for (const [type, own] of names) collect(own, type);
  return names;
}

function declare(names: Names, items: readonly BlockItemNode[]): void {
  for (const item of items) {
    if (item.kind === 'list-declaration')
      for (const { value } of item.items) names.set(value, { kind: item.name.name.slice(0, -1) as Kind });
    else if (item.kind === 'dictionary-declaration')
      for (const { key, value } of item.fields) names.set(key, { kind: 'relation', related: value.name });
  }
}

/** The meaning of a shorthand rule of one block. */
class Expansion {
  #related = 0;

  constructor(
    /** Undefined for the block `global`. */
    readonly type: string | undefined,
    readonly own: Names,
    readonly all: ReadonlyMap<string, Names>,
    readonly globals: Names,
  ) {}

  ruleFor({ head, body, span }: ShorthandRuleNode): Rule {
    const actor = variable(span, 'actor');
    const resource = variable(span, 'resource');
    const isAny = head.kind === 'name';
    const kind = isAny ? (head.name as Kind) : kindOf(this.own, head.value);
    const name = isAny ? variable(span, 'any name') : text(span, head.value);
    const condition = mapTerm(body, (term) => (term.kind === 'implied' ? this.#meaning(term) : term));
    return {
      name: predicates[kind],
      parameters: [
        { term: actor, specializer: type(span, 'Actor') },
        { term: name, specializer: isAny ? type(span, 'String') : undefined },
        ...(this.type === undefined ? [] : [{ term: resource, specializer: type(span, this.type) }]),
      ],
      body: condition,
    };
  }

  /** Returns the calls that `"owner"`, `"owner" on "parent"`, `global "admin"` or `role on "parent"` means. */
  #meaning({ span, name, isGlobal, relation }: ImpliedNode): TermNode {
    const actor = variable(span, 'actor');
    const resource = variable(span, 'resource');
    const isAny = name.kind === 'name';
    const word = isAny ? variable(span, 'any name') : text(span, name.value);
    const kindIn = (names: Names): Kind => (isAny ? (name.name as Kind) : kindOf(names, name.value));
    if (isGlobal) return rule(span, predicates[kindIn(this.globals)], [actor, word]);
    if (relation === undefined)
      return rule(span, predicates[kindIn(this.own)], [
        actor,
        word,
        ...(this.type === undefined ? [] : [resource]),
      ]);
    const target = this.own.get(relation.value)?.related;
    const names = target === undefined ? undefined : this.all.get(target);
    const related = variable(span, `related ${this.#related++}`);
    const operands = [
      rule(span, 'has_relation', [related, text(span, relation.value), resource]),
      rule(span, predicates[kindIn(names ?? new Map())], [actor, word, related]),
    ];
    return { kind: 'and', span, operands };
  }
}

function kindOf(names: Names, name: string): Kind {
  const found = names.get(name);
  if (found === undefined) throw new ModelError(`no block declares "${name}"`);
  return found.kind;
}

const variable = (span: Span, name: string) => ({ kind: 'variable', span, name }) as const;
const text = (span: Span, value: string) => ({ kind: 'literal', span, value }) as const;
const type = (span: Span, className: string): PatternNode => ({
  kind: 'instance-pattern',
  span,
  className,
  classSpan: span,
  fields: [],
});
const rule = (span: Span, predicate: string, args: readonly TermNode[]): TermNode => ({
  kind: 'call',
  span,
  predicate,
  predicateSpan: span,
  args,
  keywords: [],
});
