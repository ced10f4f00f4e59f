import { assertNever, invariant } from '../internal/bug.js';
import type {
  FieldNode,
  LiteralNode,
  PatternNode,
  PatternOrTermNode,
  TermNode,
  VariableNode,
} from './ast.js';

export type Rewrite = (term: TermNode) => TermNode;

/** Rebuilds a term bottom-up. Unchanged subtrees keep their identity. */
export function mapTerm(term: TermNode, f: Rewrite): TermNode {
  return f(mapInside(term, f));
}

function mapInside(term: TermNode, f: Rewrite): TermNode {
  switch (term.kind) {
    case 'variable':
    case 'literal':
    case 'cut':
    case 'implied':
      return term;
    case 'list': {
      const items = mapList(term.items, f);
      const rest = mapRest(term.rest, f);
      return items === term.items && rest === term.rest ? term : { ...term, items, rest };
    }
    case 'dictionary': {
      const fields = mapFields(term.fields, (value) => mapTerm(value, f));
      return fields === term.fields ? term : { ...term, fields };
    }
    case 'lookup': {
      const object = mapTerm(term.object, f);
      const key = mapKey(term.key, f);
      return object === term.object && key === term.key ? term : { ...term, object, key };
    }
    case 'method-call': {
      const object = mapTerm(term.object, f);
      const args = mapList(term.args, f);
      const keywords = mapFields(term.keywords, (value) => mapTerm(value, f));
      const isSame = object === term.object && args === term.args && keywords === term.keywords;
      return isSame ? term : { ...term, object, args, keywords };
    }
    case 'new':
    case 'call': {
      const args = mapList(term.args, f);
      const keywords = mapFields(term.keywords, (value) => mapTerm(value, f));
      return args === term.args && keywords === term.keywords ? term : { ...term, args, keywords };
    }
    case 'arithmetic':
    case 'unify':
    case 'compare': {
      const left = mapTerm(term.left, f);
      const right = mapTerm(term.right, f);
      return left === term.left && right === term.right ? term : { ...term, left, right };
    }
    case 'assign': {
      const variable = mapVariable(term.variable, f);
      const value = mapTerm(term.value, f);
      return variable === term.variable && value === term.value ? term : { ...term, variable, value };
    }
    case 'in': {
      const item = mapTerm(term.item, f);
      const collection = mapTerm(term.collection, f);
      return item === term.item && collection === term.collection ? term : { ...term, item, collection };
    }
    case 'matches': {
      const value = mapTerm(term.value, f);
      const pattern = mapPattern(term.pattern, f);
      return value === term.value && pattern === term.pattern ? term : { ...term, value, pattern };
    }
    case 'and':
    case 'or': {
      const operands = mapList(term.operands, f);
      return operands === term.operands ? term : { ...term, operands };
    }
    case 'not': {
      const operand = mapTerm(term.operand, f);
      return operand === term.operand ? term : { ...term, operand };
    }
    case 'forall': {
      const condition = mapTerm(term.condition, f);
      const action = mapTerm(term.action, f);
      return condition === term.condition && action === term.action ? term : { ...term, condition, action };
    }
    case 'print':
    case 'debug': {
      const args = mapList(term.args, f);
      return args === term.args ? term : { ...term, args };
    }
    default:
      return assertNever(term);
  }
}

/** Rebuilds the terms inside a pattern; the result is again a pattern. */
export function mapPattern(pattern: PatternNode, f: Rewrite): PatternNode {
  switch (pattern.kind) {
    case 'literal':
      return pattern;
    case 'instance-pattern':
    case 'dictionary-pattern': {
      const fields = mapFields(pattern.fields, (value) => mapNested(value, f));
      return fields === pattern.fields ? pattern : { ...pattern, fields };
    }
    case 'list-pattern': {
      const items = mapEach(pattern.items, (item) => mapNested(item, f));
      const rest = mapRest(pattern.rest, f);
      return items === pattern.items && rest === pattern.rest ? pattern : { ...pattern, items, rest };
    }
    default:
      return assertNever(pattern);
  }
}

function mapNested(node: PatternOrTermNode, f: Rewrite): PatternOrTermNode {
  switch (node.kind) {
    case 'instance-pattern':
    case 'dictionary-pattern':
    case 'list-pattern':
      return mapPattern(node, f);
    default:
      return mapTerm(node, f);
  }
}

const mapList = (terms: readonly TermNode[], f: Rewrite): readonly TermNode[] =>
  mapEach(terms, (term) => mapTerm(term, f));

/** Maps a list, and returns the same list if every item stays the same. */
function mapEach<Item>(items: readonly Item[], f: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(f);
  return mapped.every((item, i) => item === items[i]) ? items : mapped;
}

const mapFields = <Value>(
  fields: readonly FieldNode<Value>[],
  f: (value: Value) => Value,
): readonly FieldNode<Value>[] =>
  mapEach(fields, (field) => {
    const value = f(field.value);
    return value === field.value ? field : { ...field, value };
  });

function mapVariable(variable: VariableNode, f: Rewrite): VariableNode {
  const mapped = f(variable);
  invariant(
    mapped.kind === 'variable',
    `a rewrite must replace the variable \`${variable.name}\` by a variable`,
  );
  return mapped;
}

const mapRest = (rest: VariableNode | undefined, f: Rewrite): VariableNode | undefined =>
  rest && mapVariable(rest, f);

/** A key that is written in the policy is not a separate term. */
function mapKey(key: LiteralNode | VariableNode, f: Rewrite): LiteralNode | VariableNode {
  if (key.kind === 'literal') return key;
  const mapped = f(key);
  invariant(
    mapped.kind === 'variable' || mapped.kind === 'literal',
    'only a variable or a literal can be a key',
  );
  return mapped;
}
