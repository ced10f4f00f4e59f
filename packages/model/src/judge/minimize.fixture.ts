import type { Case } from './case.fixture.js';
import type { Condition, Policy } from './policies.fixture.js';
import type { Item } from './world.fixture.js';

/**
 * Returns a smaller case that still fails. It removes rules, lines of blocks, parts of conditions, and attributes of objects, as long as the
 * case fails without them.
 */
export async function minimize(input: Case, fails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let current = input;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of smallerCases(current)) {
      if (!(await fails(candidate))) continue;
      current = candidate;
      isSmaller = true;
      break;
    }
  }
  return current;
}

function* smallerCases(input: Case): Generator<Case> {
  for (const policy of smallerPolicies(input.policy)) yield { ...input, policy };
  const { items, declarations } = input.world;
  const withItems = (changed: readonly Item[]): Case => ({
    ...input,
    world: { ...input.world, items: changed },
  });
  for (const [i, item] of items.entries()) {
    const names = Object.keys(item.attributes).filter((name) => name !== 'id');
    const without = (removed: readonly string[]): Item => ({
      ...item,
      attributes: Object.fromEntries(
        Object.entries(item.attributes).filter(([name]) => !removed.includes(name)),
      ),
    });
    if (names.length > 1) yield withItems(items.with(i, without(names)));
    for (const name of names) yield withItems(items.with(i, without([name])));
    for (const name of names) {
      const value = item.attributes[name];
      if (typeof value !== 'object' || value === null || !('list' in value)) continue;
      for (const at of value.list.keys()) {
        const list = value.list.toSpliced(at, 1);
        yield withItems(items.with(i, { ...item, attributes: { ...item.attributes, [name]: { list } } }));
      }
    }
  }
  for (const type of declarations.classes) {
    const classes = declarations.classes.filter((each) => each !== type);
    yield { ...input, world: { ...input.world, declarations: { ...declarations, classes } } };
  }
  if (declarations.notes !== 'none' && items.every(({ tag }) => tag !== 'Note'))
    yield { ...input, world: { ...input.world, declarations: { ...declarations, notes: 'none' } } };
}

function* smallerPolicies({ blocks, rules }: Policy): Generator<Policy> {
  if (blocks.length > 0) yield { blocks: [], rules };
  for (const i of rules.keys()) yield { blocks, rules: rules.toSpliced(i, 1) };
  for (const [i, { head, lines }] of blocks.entries())
    for (const at of lines.keys()) {
      if (at === 0 && head !== 'actor User') continue;
      yield { blocks: blocks.with(i, { head, lines: lines.toSpliced(at, 1) }), rules };
    }
  for (const i of blocks.keys()) yield { blocks: blocks.toSpliced(i, 1), rules };
  for (const [i, { head, body }] of rules.entries()) {
    if (body === undefined) continue;
    yield { blocks, rules: rules.with(i, { head, body: undefined }) };
    for (const smaller of smallerConditions(body))
      yield { blocks, rules: rules.with(i, { head, body: smaller }) };
  }
}

function* smallerConditions(condition: Condition): Generator<Condition> {
  switch (condition.kind) {
    case 'leaf':
      if (condition.text !== '1 = 1') yield { kind: 'leaf', text: '1 = 1' };
      return;
    case 'and':
    case 'or':
      for (const part of condition.parts) yield part;
      for (const [i, part] of condition.parts.entries())
        for (const smaller of smallerConditions(part))
          yield { ...condition, parts: condition.parts.with(i, smaller) };
      return;
    case 'not':
      yield condition.part;
      for (const part of smallerConditions(condition.part)) yield { ...condition, part };
      return;
    default:
      yield condition.part;
      for (const part of smallerConditions(condition.part)) yield { ...condition, part };
  }
}
