// Finds names in policies of GitClub by their form alone, so that the answers of the server can be compared with something else.

/** A name in a policy, and the places that the form of the text connects with it. */
export interface WrittenName {
  readonly file: string;
  readonly start: number;
  readonly text: string;
  readonly definition: readonly { readonly file: string; readonly start: number }[];
  /** All places of a variable in its statement; undefined for a name of several statements. */
  readonly places: readonly number[] | undefined;
  /** A part of the hover; undefined if the form does not tell it. */
  readonly hover: string | undefined;
}

interface Place {
  readonly file: string;
  readonly start: number;
}

interface Statement extends Place {
  readonly text: string;
}

/** The statements of a policy in which each begins at the margin. */
export function statementsOf(file: string, text: string): readonly Statement[] {
  const starts = [...text.matchAll(/^[a-z?].*$/gm)].map(({ index }) => index);
  return starts.map((start, i) => ({ file, start, text: text.slice(start, starts[i + 1]) }));
}

/** The same text with spaces in the place of comments and texts. */
const withoutTexts = (text: string): string =>
  text.replaceAll(/#.*|"[^"\n]*"/g, (part) => ' '.repeat(part.length));

const keywords = new Set([
  'if',
  'and',
  'or',
  'not',
  'in',
  'matches',
  'true',
  'false',
  'nil',
  'forall',
  'type',
  '_',
]);

/** The declarations of all blocks, as `Type name`. */
function declarationsOf(
  statements: readonly Statement[],
): ReadonlyMap<string, Place & { readonly type?: string }> {
  const found = new Map<string, Place & { readonly type?: string }>();
  for (const { file, start, text } of statements) {
    const block = /^(?:actor|resource) (\w+)/.exec(text)?.[1];
    if (block === undefined) continue;
    for (const list of text.matchAll(/(?:roles|permissions) = \[([^\]]*)\]/g))
      for (const name of list[1]!.matchAll(/"(\w+)"/g)) {
        const at = start + list.index + list[0].indexOf('[') + 1 + name.index + 1;
        found.set(`${block} ${name[1]}`, { file, start: at });
      }
    for (const list of text.matchAll(/relations = \{([^}]*)\}/g))
      for (const name of list[1]!.matchAll(/(\w+): (\w+)/g)) {
        const at = start + list.index + list[0].indexOf('{') + 1 + name.index;
        found.set(`${block} ${name[1]}`, { file, start: at, type: name[2]! });
      }
  }
  return found;
}

/** Returns the names of policies, by their form. */
export function writtenNames(files: Readonly<Record<string, string>>): readonly WrittenName[] {
  const statements = Object.entries(files).flatMap(([file, text]) => statementsOf(file, text));
  const declared = declarationsOf(statements);
  const isBlock = ({ text }: Statement): boolean => /^(?:actor|resource) /.test(text);
  const heads = statements.flatMap(({ file, start, text }) => {
    const name = /^(\w+)\(/.exec(text)?.[1];
    return name === undefined ? [] : [{ name, file, start }];
  });
  return statements.flatMap((statement) =>
    isBlock(statement)
      ? inBlock(statement, declared)
      : [...inRule(statement, declared), ...calls(statement, heads)],
  );
}

function inBlock(
  { file, start, text }: Statement,
  declared: ReturnType<typeof declarationsOf>,
): readonly WrittenName[] {
  const block = /^\w+ (\w+)/.exec(text)![1]!;
  const found: WrittenName[] = [];
  const add = (at: number, name: string, owner: string | undefined, hover?: string): void => {
    const definition = declared.get(`${owner} ${name}`);
    if (definition !== undefined)
      found.push({ file, start: at, text: name, definition: [definition], places: undefined, hover });
  };
  for (const rule of text.matchAll(/"(\w+)"\s+if\s+"(\w+)"(?:\s+on\s+"(\w+)")?;/g)) {
    const [whole, head, by, relation] = rule as unknown as [string, string, string, string | undefined];
    const at = start + rule.index;
    add(at + 1, head, block, ` "${head}" of ${block}`);
    const related = relation === undefined ? block : declared.get(`${block} ${relation}`)?.type;
    const byAt = at + whole.indexOf(`"${by}"`, whole.indexOf('if')) + 1;
    add(byAt, by, related, ` "${by}" of ${related}`);
    if (relation !== undefined)
      add(at + whole.lastIndexOf(`"${relation}"`) + 1, relation, block, `relation "${relation}" of ${block}`);
  }
  return found;
}

function inRule(
  { file, start, text }: Statement,
  declared: ReturnType<typeof declarationsOf>,
): readonly WrittenName[] {
  const code = withoutTexts(text);
  const types = new Map([...code.matchAll(/(\w+): ([A-Z]\w+)/g)].map(([, name, type]) => [name!, type!]));
  const places = new Map<string, number[]>();
  for (const { 0: name, index } of code.matchAll(/(?<![.\w])[a-z_]\w*\b(?!\s*\()/g))
    if (!keywords.has(name)) places.set(name, [...(places.get(name) ?? []), start + index]);
  const variables = [...places].flatMap(([name, all]) =>
    all.map((at): WrittenName => ({
      file,
      start: at,
      text: name,
      definition: [{ file, start: all[0]! }],
      places: all,
      hover: types.has(name) ? `${name}: ${types.get(name)}` : name,
    })),
  );
  const roles = [...text.matchAll(/has_(?:role|permission)\((\w+), "(\w+)", (\w+)\)/g)].flatMap(
    ({ 0: call, 2: name, 3: owner, index }): WrittenName[] => {
      const definition = declared.get(`${types.get(owner!)} ${name}`);
      const at = start + index + call.indexOf('"') + 1;
      return definition === undefined
        ? []
        : [
            {
              file,
              start: at,
              text: name!,
              definition: [definition],
              places: undefined,
              hover: `"${name}" of ${types.get(owner!)}`,
            },
          ];
    },
  );
  return [...variables, ...roles];
}

function calls(
  { file, start, text }: Statement,
  heads: readonly (Place & { readonly name: string })[],
): readonly WrittenName[] {
  return [...withoutTexts(text).matchAll(/(?<![.\w])([a-z_]\w*)\(/g)].flatMap(
    ({ 1: name, index }): WrittenName[] => {
      const definition = heads.filter((head) => head.name === name);
      return definition.length === 0
        ? []
        : [{ file, start: start + index, text: name!, definition, places: undefined, hover: `${name}(` }];
    },
  );
}
