import type { Case } from './case.fixture.js';
import type { Difference } from './judge.fixture.js';
import { printPolicy } from './policies.fixture.js';
import { declarationsOf, type Attribute } from './world.fixture.js';

/** Prints a failing case as a test of Vitest. */
export function printTest({ policy, world }: Case, { part, question, expected, found }: Difference): string {
  const { actor, action, resource } = question;
  const used = reachable(world.items, [actor, resource]);
  const name = (i: number) => `${world.items[i]!.type.toLowerCase()}${String(i)}`;
  const shown = (value: Attribute): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
    if ('thing' in value) return name(value.thing);
    return 'list' in value
      ? `[${value.list.map(shown).join(', ')}]`
      : `Promise.resolve(${shown(value.promise)})`;
  };
  const rows = used.map((i) => {
    const { tag } = world.items[i]!;
    return `  const ${name(i)}: Record<string, unknown> = ${tag === undefined ? '{}' : `typed('${tag}', {})`};`;
  });
  const attributes = used.map((i) => {
    const entries = Object.entries(world.items[i]!.attributes).filter(([, value]) => value !== undefined);
    return `  Object.assign(${name(i)}, { ${entries.map(([key, value]) => `${key}: ${shown(value)}`).join(', ')} });`;
  });
  const types = Object.entries(declarationsOf(world)).map(
    ([type, declaration]) => `  // ${type}: ${JSON.stringify(declaration)}`,
  );
  return [
    `// ${part}: expected ${expected}, found ${found}`,
    `// classes: ${world.declarations.classes.join(', ') || 'none'}; declarations: ${JSON.stringify(world.declarations)}`,
    `it('answers ${expected}', async () => {`,
    `  const policies = \`\n${printPolicy(policy)}\n\`;`,
    ...types,
    ...rows,
    ...attributes,
    `  const authorizer = await Authorizer.load({ policies, types });`,
    `  expect(await authorizer.can(${name(actor)}, '${action}', ${name(resource)})).toBe(${expected});`,
    '});',
  ].join('\n');
}

function reachable(items: Case['world']['items'], from: readonly number[]): readonly number[] {
  const found = new Set<number>(from);
  const visit = (value: Attribute): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('list' in value) for (const each of value.list) visit(each);
    else if ('promise' in value) visit(value.promise);
    else found.add(value.thing);
  };
  for (const i of found) for (const value of Object.values(items[i]!.attributes)) visit(value);
  return [...found].toSorted((a, b) => a - b);
}
