import {
  textOf,
  visit,
  type BlockNode,
  type Node,
  type RuleNode,
  type Span,
  type StatementNode,
} from '@nanook/core/syntax';
import { blocksOf } from '../blocks/declarations.js';
import type { Lint, LintInput } from './lint.js';
import { TypeFamilies } from './type-families.js';
import { VariableTypes } from './variable-types.js';

/**
 * Finds a `has_relation` whose arguments have the order of the other dialect: `has_relation(repository, "parent", organization)`, while the related
 * object comes first. Such a condition never holds.
 */
export const relationOrder: Lint = {
  code: 'NANOOK_LINT_RELATION_ORDER',
  *find(input) {
    const relations = relationsIn(input);
    if (relations.size === 0) return;
    const isLast = input.dialect === 'oso-cloud';
    const types = new TypeFamilies(input);
    for (const { statements } of input.trees)
      for (const { isHead, name, first, last, span } of statements.flatMap(usesIn)) {
        // In Nanook's own dialect, a head in the wrong order is an error.
        if (isHead && !isLast) continue;
        const fits = (owner: Argument, related: Argument): boolean =>
          (relations.get(name) ?? []).some(
            (relation) =>
              types.fits(owner.type, relation.owner) && types.fits(related.type, relation.related),
          );
        const [owner, related] = isLast ? [first, last] : [last, first];
        if (fits(owner, related) || !fits(related, owner)) continue;
        yield {
          span,
          message:
            `the related object of "${name}" comes ${isLast ? 'last' : 'first'}; ` +
            `write \`has_relation(${last.text}, "${name}", ${first.text})\``,
        };
      }
  },
};

/** A relation that a block declares. */
interface Relation {
  readonly owner: string;
  readonly related: string;
}

function relationsIn({ trees }: LintInput): ReadonlyMap<string, readonly Relation[]> {
  const relations = new Map<string, Relation[]>();
  for (const { className, items } of blocksOf(trees))
    for (const item of items)
      if (item.kind === 'dictionary-declaration')
        for (const { key, value } of item.fields) {
          const relation = { owner: className.name, related: value.name };
          relations.set(key, [...(relations.get(key) ?? []), relation]);
        }
  return relations;
}

interface Argument {
  readonly text: string;
  /** Undefined if the rule does not name it. */
  readonly type: string | undefined;
}

/** A call of `has_relation` about a named relation, or the head of such a rule. */
interface Use {
  readonly isHead: boolean;
  readonly name: string;
  readonly first: Argument;
  readonly last: Argument;
  readonly span: Span;
}

/** The uses by statement. An editor keeps the nodes of the statements that did not change. */
const usesByStatement = new WeakMap<StatementNode, readonly Use[]>();

function usesIn(statement: StatementNode): readonly Use[] {
  let uses = usesByStatement.get(statement);
  if (uses === undefined) usesByStatement.set(statement, (uses = [...findUses(statement)]));
  return uses;
}

function* findUses(statement: StatementNode): Generator<Use, void, undefined> {
  switch (statement.kind) {
    case 'rule':
      yield* usesInRule(statement);
      break;
    case 'block':
      yield* usesInBlock(statement);
      break;
    case 'test-fixture':
      for (const rule of statement.rules) yield* usesInRule(rule);
      break;
    case 'test':
      for (const item of statement.items)
        if (item.kind === 'setup') for (const rule of item.rules) yield* usesInRule(rule);
      break;
    default:
  }
}

function* usesInRule({ name, nameSpan, parameters, body }: RuleNode): Generator<Use, void, undefined> {
  const types = new VariableTypes();
  for (const { term, specializer } of parameters) types.add(term, specializer);
  if (body !== undefined) yield* usesInBody(body, types);
  const [first, relation, last] = parameters;
  const literal = relation?.term;
  if (name !== 'has_relation' || literal?.kind !== 'literal' || first === undefined || last === undefined)
    return;
  yield {
    isHead: true,
    name: String(literal.value),
    first: { text: textOf(first.span), type: types.of(first.term) },
    last: { text: textOf(last.span), type: types.of(last.term) },
    span: nameSpan,
  };
}

function* usesInBlock({ className, items }: BlockNode): Generator<Use, void, undefined> {
  for (const item of items)
    if (item.kind === 'shorthand-rule')
      yield* usesInBody(item.body, new VariableTypes([['resource', className.name]]));
}

function* usesInBody(body: Node, types: VariableTypes): Generator<Use, void, undefined> {
  types.addMatches(body);
  const uses: Use[] = [];
  visit(body, {
    call: ({ predicate, predicateSpan, args: [first, name, last] }) => {
      if (
        predicate !== 'has_relation' ||
        name?.kind !== 'literal' ||
        first === undefined ||
        last === undefined
      )
        return;
      uses.push({
        isHead: false,
        name: String(name.value),
        first: { text: textOf(first.span), type: types.of(first) },
        last: { text: textOf(last.span), type: types.of(last) },
        span: predicateSpan,
      });
    },
  });
  yield* uses;
}
