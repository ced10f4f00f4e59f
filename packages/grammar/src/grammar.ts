// The TextMate grammar of Polar. `node src/write.ts` writes it to `polar.tmLanguage.json`.

interface Pattern {
  readonly include?: string;
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly beginCaptures?: Readonly<Record<string, { readonly name: string }>>;
  readonly endCaptures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Pattern[];
}

// Beyond ASCII, every character is a letter, except white space and the operators and quotes of other languages.
const otherLetter = String.raw`[^\x00-\x7F\s≠≤≥∧∨¬∈−–；，：＝（）“”„«»‘’]`;
const name = String.raw`(?:[A-Za-z_]|${otherLetter})(?:[A-Za-z0-9_]|${otherLetter}|::(?=[A-Za-z0-9_]|${otherLetter}))*\??`;
const typeName = String.raw`[A-Z][A-Za-z0-9_]*(?:::[A-Za-z0-9_]+)*`;
const notAfterName = String.raw`(?<![A-Za-z0-9_.?])`;
const notBeforeName = String.raw`(?![A-Za-z0-9_?]|::[A-Za-z0-9_]|${otherLetter})`;
const word = (words: string): string => `${notAfterName}(?:${words})${notBeforeName}`;
const keywords = 'true|false|inf|nan|new|in|cut|debug|print|forall|if|and|or|not|matches|type|mod|rem';
/** The places at which a statement can start. */
const start = String.raw`(?:^|(?<=[;}]))[ \t]*`;
const text = String.raw`"(?:[^"\\]|\\.)*"`;

const captures = (...names: readonly string[]): Record<string, { name: string }> =>
  Object.fromEntries(names.flatMap((each, i) => (each === '' ? [] : [[i + 1, { name: `${each}.polar` }]])));
const include = (...names: readonly string[]): Pattern[] => names.map((each) => ({ include: `#${each}` }));
const token = (scope: string, match: string): Pattern => ({ name: `${scope}.polar`, match });

const strings = (scope: string): Pattern => ({
  name: `${scope}.polar`,
  begin: '"',
  beginCaptures: { 0: { name: 'punctuation.definition.string.begin.polar' } },
  end: '"',
  endCaptures: { 0: { name: 'punctuation.definition.string.end.polar' } },
  patterns: [token('constant.character.escape', String.raw`\\.`)],
});

/** A list of strings in a block: `roles = ["owner"];`. */
const declaration = (declared: string, scope: string): Pattern => ({
  begin: String.raw`\b(${declared})[ \t]*(=)(?!=)`,
  beginCaptures: captures('keyword.other.declaration', 'keyword.operator.assignment'),
  end: '(?=[;}])',
  patterns: [...include('comment', 'unclosed-string'), strings(scope), ...include('terms')],
});

const braces = (patterns: readonly Pattern[]): Pattern => ({
  begin: String.raw`\{`,
  beginCaptures: { 0: { name: 'punctuation.section.braces.begin.polar' } },
  end: String.raw`\}`,
  endCaptures: { 0: { name: 'punctuation.section.braces.end.polar' } },
  patterns,
});

/** The declarations and rules of a block, in braces. */
const blockBody: Pattern = braces([
  ...include('comment'),
  declaration('permissions', 'string.quoted.double.permission'),
  declaration('roles', 'string.quoted.double.role'),
  {
    begin: String.raw`\b(relations)[ \t]*(=)(?!=)`,
    beginCaptures: captures('keyword.other.declaration', 'keyword.operator.assignment'),
    end: '(?=;)|(?=})',
    patterns: [
      braces([
        ...include('comment'),
        {
          match: String.raw`(${name})[ \t]*(:)(?![:=])[ \t]*(${name})?`,
          captures: captures(
            'variable.other.property.relation',
            'punctuation.separator.key-value',
            'entity.name.type',
          ),
        },
        ...include('terms'),
      ]),
      ...include('comment', 'foreign'),
    ],
  },
  {
    match: String.raw`${notAfterName}(global)${notBeforeName}[ \t]*(${text})`,
    captures: captures('keyword.control.global', 'string.quoted.double.role'),
  },
  token('keyword.other.any', `${word('role|permission')}(?=[ \\t]+(?:if|on)\\b)`),
  {
    match: String.raw`${notAfterName}(on)${notBeforeName}[ \t]*(${text})?`,
    captures: captures('keyword.control.on', 'string.quoted.double.relation'),
  },
  ...include('terms'),
]);

const repository: Readonly<Record<string, Pattern>> = {
  comment: {
    name: 'comment.line.number-sign.polar',
    match: '(#).*$',
    captures: captures('punctuation.definition.comment'),
  },

  // `resource Note { … }`
  block: {
    name: 'meta.block.polar',
    begin: String.raw`${start}(actor|resource)[ \t]+(${name})[ \t]*(?=\{|#|$|extends\b)`,
    beginCaptures: captures('storage.type.block', 'entity.name.type.block'),
    end: String.raw`(?<=\})`,
    patterns: [
      ...include('comment'),
      {
        match: String.raw`${notAfterName}(extends)${notBeforeName}`,
        captures: captures('storage.modifier.extends'),
      },
      token('entity.name.type', `${typeName}${notBeforeName}`),
      token('punctuation.separator', ','),
      blockBody,
      ...include('foreign'),
    ],
  },
  // `global { … }`
  global: {
    name: 'meta.block.polar',
    begin: String.raw`${start}(global)[ \t]*(?=\{)`,
    beginCaptures: captures('storage.type.block'),
    end: String.raw`(?<=\})`,
    patterns: [...include('comment'), blockBody, ...include('foreign')],
  },
  // `declare has_role(User, String);`
  declared: {
    match: String.raw`${start}(declare)[ \t]+(${name})[ \t]*(?=\()`,
    captures: captures('storage.type.fact', 'entity.name.function.definition'),
  },

  // `test "name" { setup { … } assert …; }`
  test: {
    name: 'meta.test.polar',
    begin: String.raw`${start}(test)(?:[ \t]+(?=")|[ \t]+(fixture)[ \t]+(${name})[ \t]*(?=\{))`,
    beginCaptures: captures('storage.type.test', 'storage.type.test', 'entity.name.fixture'),
    end: String.raw`(?<=\})`,
    patterns: [
      ...include('comment', 'string'),
      braces([
        ...include('comment'),
        {
          match: String.raw`(?:^|(?<=[;{}]))[ \t]*(setup)[ \t]*(?=\{|#|$)`,
          captures: captures('keyword.control.setup'),
        },
        {
          match: String.raw`(?:^|(?<=[;{}]))[ \t]*(assert|assert_not)${notBeforeName}(?![ \t]*\()`,
          captures: captures('keyword.control.assert'),
        },
        token('keyword.control.iff', `${word('iff')}(?![ \\t]*[(:])`),
        ...include('nested', 'terms'),
      ]),
      ...include('foreign'),
    ],
  },
  // A brace inside of a test, which does not end it.
  nested: braces([
    {
      match: String.raw`(?:^|(?<=[;{}]))[ \t]*(fixture)[ \t]+(${name})[ \t]*(?=;)`,
      captures: captures('keyword.control.fixture', 'entity.name.fixture'),
    },
    ...include('nested', 'fact', 'terms'),
  ]),

  // `type allow(actor, action);`
  'rule-type': {
    match: String.raw`${start}(type)[ \t]+(${name})[ \t]*(?=\()`,
    captures: captures('storage.type.rule', 'entity.name.function.definition'),
  },
  // `allow(user, …` at the start of a line, without indentation, because lines of a body are indented
  head: {
    match: String.raw`(?:^|(?<=[;}])[ \t]*)(?!(?:${keywords})\b)(${name})(?=\()`,
    captures: captures('entity.name.function.definition'),
  },
  // `has_role(ann, …` in a setup
  fact: {
    match: String.raw`(?:^|(?<=[;}{]))[ \t]*(?!(?:${keywords})\b)(${name})(?=\()`,
    captures: captures('entity.name.function.definition'),
  },

  terms: {
    patterns: include(
      'comment',
      'string',
      'number',
      'member',
      'key',
      'typed',
      'word',
      'name',
      'operator',
      'punctuation',
      'foreign',
    ),
  },
  'unclosed-string': token('invalid.illegal.unclosed-string', String.raw`"(?:[^"\\]|\\.)*$`),
  string: { patterns: [...include('unclosed-string'), strings('string.quoted.double')] },
  number: {
    patterns: [
      token('invalid.illegal.number', String.raw`[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?_[0-9][A-Za-z0-9_]*`),
      token('invalid.illegal.number', String.raw`[0-9]+(?:\.[0-9]*)?[eE](?:[+-](?![0-9])|(?![-+0-9]))`),
      token('constant.numeric', String.raw`[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?`),
    ],
  },
  // `.owner` and `.startsWith(`
  member: {
    patterns: [
      {
        match: String.raw`(\.)[ \t]*(${name})(?=\()`,
        captures: captures('punctuation.accessor', 'entity.name.function.method'),
      },
      {
        match: String.raw`(\.)[ \t]*(${name})`,
        captures: captures('punctuation.accessor', 'variable.other.property'),
      },
    ],
  },
  // `user: User` in a head, and `name: "owner"` in a dictionary or pattern
  key: {
    match: String.raw`(${name})[ \t]*(:)(?![:=])[ \t]*(${typeName}${notBeforeName})?`,
    captures: captures('variable.parameter', 'punctuation.separator.key-value', 'entity.name.type'),
  },
  // `new User(` and `matches User`
  typed: {
    match: String.raw`${notAfterName}(matches|new)${notBeforeName}[ \t]+(?!(?:true|false|inf|nan)\b)(${name})`,
    captures: captures('keyword.operator.word', 'entity.name.type'),
  },
  word: {
    patterns: [
      token('constant.language', word('true|false|inf|nan|nil')),
      token('constant.language.time', String.raw`@current_unix_time${notBeforeName}`),
      token('keyword.operator.logical', word('and|or|not')),
      token('keyword.operator.word', word('in|matches|mod|rem|new')),
      token('keyword.control', word('if|cut|forall|print|debug|type')),
      token('invalid.illegal.foreign', word('isa')),
    ],
  },
  name: {
    patterns: [
      token('entity.name.function.call', String.raw`${name}(?=\()`),
      token('entity.name.type', `${typeName}${notBeforeName}`),
      token('variable.other', name),
    ],
  },
  operator: {
    patterns: [
      token('invalid.illegal.foreign', String.raw`===|!==|=~|=<|<>|\*\*|\?\?|&&|\|\||//.*$|/\*`),
      token('keyword.control.query', String.raw`\?=`),
      token('keyword.operator.assignment', ':='),
      token('keyword.operator.comparison', '!=|==|<=|>=|<|>'),
      token('keyword.operator.unification', '='),
      token('keyword.operator.arithmetic', '[-+*/]'),
    ],
  },
  punctuation: {
    patterns: [
      token('punctuation.terminator.statement', ';'),
      token('punctuation.separator', ','),
      token('punctuation.separator.key-value', ':(?!:)'),
      token('punctuation.accessor', String.raw`\.`),
      token('punctuation.section.brackets', String.raw`[\[\]]`),
      token('punctuation.section.parens', '[()]'),
      token('punctuation.section.braces', '[{}]'),
    ],
  },
  foreign: {
    patterns: [
      token('invalid.illegal.foreign', "'(?:[^'\\\\]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`"),
      token('invalid.illegal.foreign', String.raw`::|[!?]|[^\sA-Za-z0-9_"#:=<>,\[\](){}.*/+;-]`),
    ],
  },
};

/** The grammar, in the form that Visual Studio Code, Shiki and GitHub read. */
export const grammar = {
  name: 'polar',
  displayName: 'Polar',
  scopeName: 'source.polar',
  fileTypes: ['polar'],
  patterns: include('comment', 'test', 'block', 'global', 'declared', 'rule-type', 'head', 'terms'),
  repository,
};
