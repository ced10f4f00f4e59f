import type { PolicyGraph, TypeNode } from './policy-graph.js';

/** Prints the graph as a flowchart of Mermaid: a box for each type, and an arrow from each role to the names that it gives. */
export function toMermaid({ types }: PolicyGraph): string {
  const ids = new Map<string, string>();
  const idOf = (type: string, name: string): string => {
    const key = `${type}\n${name}`;
    const id = ids.get(key) ?? `n${ids.size}`;
    ids.set(key, id);
    return id;
  };
  const boxes = types.flatMap((type) => [
    `  subgraph ${idOf(type.name, '')}[${quoted(type.name)}]`,
    ...type.roles.map((role) => `    ${idOf(type.name, role)}([${quoted(role)}])`),
    ...type.permissions.map((permission) => `    ${idOf(type.name, permission)}[${quoted(permission)}]`),
    '  end',
  ]);
  const arrows = types.flatMap((type) =>
    type.grants.map(({ gives, needs, on, file, line }) => {
      const source = on === undefined ? type.name : type.relations[on];
      const label = quoted(`${on === undefined ? '' : `on ${on}, `}${file}:${line}`);
      return `  ${idOf(source ?? type.name, needs)} -->|${label}| ${idOf(type.name, gives)}`;
    }),
  );
  const relations = types.flatMap((type) => relationArrows(type, types, idOf));
  return ['flowchart LR', ...boxes, ...arrows, ...relations].join('\n');
}

/** A dotted arrow for each relation to another type with a block. */
const relationArrows = (
  type: TypeNode,
  types: readonly TypeNode[],
  idOf: (type: string, name: string) => string,
): string[] =>
  Object.entries(type.relations)
    .filter(([, other]) => other !== type.name && types.some(({ name }) => name === other))
    .map(([relation, other]) => `  ${idOf(other, '')} -.->|${quoted(relation)}| ${idOf(type.name, '')}`);

/** A text in the quotes of Mermaid, which reads `#quot;` and `#35;` as characters. */
const quoted = (text: string): string => `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;')}"`;
