import type { TokenKind } from './token.js';

// Syntax of other languages, and the syntax of Polar for the same purpose. Lexer and parser report each use with one sentence.

/** Foreign operators, and the tokens of Polar as which they are read after the report. */
export const foreignOperators: readonly (readonly [found: string, instead: TokenKind])[] = [
  ['===', '=='],
  ['!==', '!='],
  ['\\==', '!='],
  ['\\=', '!='],
  ['\\+', 'not'],
  ['=<', '<='],
  ['&&', 'and'],
  ['||', 'or'],
  ['<>', '!='],
  ['&', 'and'],
  ['|', 'or'],
  ['%', 'mod'],
  ['!', 'not'],
  // Characters that editors and web pages write instead of ASCII.
  ['≠', '!='],
  ['≤', '<='],
  ['≥', '>='],
  ['∧', 'and'],
  ['∨', 'or'],
  ['¬', 'not'],
  ['∈', 'in'],
  ['−', '-'],
  ['–', '-'],
  ['；', ';'],
  ['，', ','],
  ['：', ':'],
  ['＝', '='],
  ['（', '('],
  ['）', ')'],
];

/** Foreign operators without a counterpart in Polar. */
export const operatorNotes: readonly (readonly [found: string, note: string])[] = [
  ['??', 'Polar has no operator for a default; write a rule for each case'],
  ['=~', 'Polar has no regular expressions; write `text.startsWith("…")` or `text.includes("…")`'],
  ['~', 'Polar has no regular expressions; write `text.startsWith("…")` or `text.includes("…")`'],
  ['**', 'Polar has no operator for powers; multiply with `*`'],
  ['$', 'write the name of a variable without a sign'],
  ['?', 'Polar has no `a ? b : c`; write a rule for each case'],
];

/** Opening quotes, and the quotes that close them. */
export const foreignQuotes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['`', '`'],
  ['“', '”“"'],
  ['”', '”“"'],
  ['„', '“”"'],
  ['«', '»'],
  ['‘', '’‘'],
  ['’', '’‘'],
]);

/** Characters beyond ASCII that are not part of a name. */
const notInNames: ReadonlySet<string> = new Set([
  ...foreignOperators.map(([found]) => found).filter((text) => text >= '\u0080'),
  ...foreignQuotes.keys(),
  '»',
]);
export const isForeignCharacter = (char: string): boolean => notInNames.has(char);

/** Foreign words between two operands. */
export const foreignInfix: ReadonlyMap<string, { readonly instead?: TokenKind; readonly note?: string }> =
  new Map(
    Object.entries({
      is: { instead: '=' },
      equals: { instead: '=' },
      eq: { instead: '=' },
      instanceof: { instead: 'matches' },
      like: { note: 'call a method of the string: `text.startsWith("…")` or `text.includes("…")`' },
      contains: { note: 'write `item in list`' },
      includes: { note: 'write `item in list`' },
      has: { note: 'write `item in list`' },
      else: { note: 'write a rule for each case' },
      elif: { note: 'write a rule for each case' },
      when: { note: 'write `and`' },
      where: { note: 'write `and`' },
      unless: { note: 'write `and not`' },
      // oxlint-disable-next-line unicorn/no-thenable -- a word of a table, which nothing awaits
      then: { note: 'a rule is `head if condition;`' },
      between: { note: 'write two comparisons and join them with `and`' },
    }),
  );

/** Foreign words before an operand. */
export const foreignPrefix: ReadonlyMap<string, string> = new Map(
  Object.entries({
    let: 'write `name = value`; a variable takes the value of the other side',
    const: 'write `name = value`; a variable takes the value of the other side',
    var: 'write `name = value`; a variable takes the value of the other side',
    some: 'write `item in list`',
    exists: 'write `item in list`',
    any: 'write `item in list`',
    every: 'write `forall(item in list, condition)`',
    all: 'write `forall(item in list, condition)`',
    return: 'a rule does not return a value; write its conditions after `if`',
  }),
);

/** Words for `if` in other systems. */
export const foreignIf: ReadonlySet<string> = new Set(['when', 'where', 'iff', 'given', 'provided']);

const noImport =
  'a policy does not import; list every file in the option `policies`, and every type in `types`';
const noFunction = 'write a rule: `name(argument) if condition;`';
const rego = 'this looks like Rego; a Polar rule is `allow(actor, action, resource) if condition;`';
const inBlock =
  'declare it in a block: `resource Note { roles = ["owner"]; relations = { parent: Folder }; }`';
const noGlobal =
  'Polar has no global variables; pass the value in the option `constants`, or write a fact such as `limit(10);`';

/** Words at the beginning of a foreign statement, when no `(` follows them. */
export const foreignStatements: ReadonlyMap<string, string> = new Map(
  Object.entries({
    import: noImport,
    from: noImport,
    include: noImport,
    require: noImport,
    use: noImport,
    using: noImport,
    export: 'a policy does not export; the application can query every rule',
    package: rego,
    default: `${rego}, and an action that no rule allows is denied`,
    function: noFunction,
    def: noFunction,
    fn: noFunction,
    func: noFunction,
    fun: noFunction,
    rule: 'a rule has no keyword before its name: `name(argument) if condition;`',
    policy: 'a policy is a file of rules: `allow(actor, action, resource) if condition;`',
    let: noGlobal,
    const: noGlobal,
    var: noGlobal,
    allow: 'write the arguments in parentheses: `allow(actor, action, resource) if condition;`',
    permit: 'write `allow(actor, action, resource) if condition;`',
    grant: 'write `allow(actor, action, resource) if condition;`',
    deny: 'an action that no rule allows is denied; write `not denied(…)` in the rules that grant',
    forbid: 'an action that no rule allows is denied; write `not forbidden(…)` in the rules that grant',
    relation: inBlock,
    relations: inBlock,
    role: inBlock,
    roles: inBlock,
    permission: inBlock,
    permissions: inBlock,
    definition: inBlock,
    entity: inBlock,
    class: 'types are classes or declarations of the application; pass them in the option `types`',
    interface: 'types are classes or declarations of the application; pass them in the option `types`',
    return: 'a rule does not return a value; write its conditions after `if`',
    else: 'write a rule for each case',
    elif: 'write a rule for each case',
  }),
);

export const globalNote = noGlobal;

/** Matches the text of a Cedar statement: `permit (principal, action == …) when { … };` */
export const cedar =
  /^(?:permit|forbid)\s*\(\s*(?:principal\b|resource\b|[^()]*(?:==|\bin\b|\bis\b))|^(?:permit|forbid)\s*\([^()]*\)\s*(?:when|unless)\s*\{/;
export const cedarNotes = {
  permit: 'this looks like Cedar; write `allow(actor, action, resource) if condition;`',
  forbid:
    'this looks like Cedar; Polar has no rules that forbid: write `not forbidden(…)` in the rules that grant',
} as const;
