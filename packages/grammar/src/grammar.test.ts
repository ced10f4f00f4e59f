import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createHighlighter } from 'shiki';
import { describe, expect, it } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar } from 'vscode-textmate';
import { Report } from '../../core/src/diagnostics/report.js';
import { Source } from '../../core/src/diagnostics/source.js';
import { Lexer } from '../../core/src/syntax/lexer.js';
import { keywords, punctuation, type Token } from '../../core/src/syntax/token.js';
import { grammar } from './grammar.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = new URL('../polar.tmLanguage.json', import.meta.url);
const polar = await loadGrammar(readFileSync(file, 'utf8'));

async function loadGrammar(text: string): Promise<IGrammar> {
  await oniguruma.loadWASM(
    readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')),
  );
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (string) => new oniguruma.OnigString(string),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(text, 'polar.tmLanguage.json')),
  });
  const loaded = await registry.loadGrammar('source.polar');
  if (loaded === null) throw new Error('the grammar does not load');
  return loaded;
}

/** The scopes of each character of a text, joined by spaces. */
function scopesOf(text: string): string[] {
  const scopes: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = polar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: names } of tokens)
      for (let i = startIndex; i < endIndex && i < line.length; i++) scopes.push(names.join(' '));
    scopes.push(''); // the line break
    state = ruleStack;
  }
  return scopes;
}

/** The scopes of each piece of a text, in order, without white space, the scope of the language and those of brackets. */
function piecesOf(text: string): string[] {
  const pieces: { text: string; scope: string }[] = [];
  scopesOf(text).forEach((scope, i) => {
    const last = pieces.at(-1);
    if (last !== undefined && last.scope === scope) last.text += text[i] ?? '';
    else pieces.push({ text: text[i] ?? '', scope });
  });
  return pieces
    .map(({ text: piece, scope }) => ({ piece: piece.trim(), scope: scope.split(' ').at(-1) ?? '' }))
    .filter(({ piece, scope }) => piece !== '' && !scope.startsWith('punctuation'))
    .map(({ piece, scope }) => `${piece}: ${scope.replace(/\.polar$/, '')}`);
}

interface Case {
  readonly policy?: string;
  readonly query?: string;
}

/** The policies of the corpus, of the examples and of the documentation. */
function policies(): string[] {
  const cases = globSync('packages/conformance/corpus/cases/*.json', { cwd: root }).flatMap((path) =>
    readFileSync(`${root}/${path}`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line.replace(/,\s*$/, '')) as Case),
  );
  const files = globSync('examples/**/*.polar', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  });
  const blocks = globSync('docs/**/*.md', { cwd: root }).flatMap((path) =>
    [...readFileSync(`${root}/${path}`, 'utf8').matchAll(/^```polar.*\n([^]*?)^```/gm)].map(
      ([, block]) => block!,
    ),
  );
  const texts = [
    ...cases.flatMap(({ policy, query }) => [policy ?? '', query === undefined ? '' : `?= ${query};`]),
    ...files.map((path) => readFileSync(`${root}/${path}`, 'utf8')),
    ...blocks,
  ];
  return [...new Set(texts)].filter((text) => text !== '');
}

interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly { start: number; end: number }[];
  readonly hasErrors: boolean;
}

function lex(text: string): Lexed {
  const report = new Report();
  const lexer = new Lexer(new Source(text), report);
  const tokens: Token[] = [];
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(token);
  const comments = lexer.comments.map(({ span }) => ({ start: span.start, end: span.end }));
  // The parser reports strings without a closing quote.
  const hasErrors = report.hasErrors || tokens.some(({ kind }) => kind === 'unterminated');
  return { tokens, comments, hasErrors };
}

const words = new Set<string>(keywords);
const marks = new Set<string>(punctuation);

/** Returns the scope that each character of a token must have. */
function expectedScope({ kind, text }: Token): RegExp {
  if (kind === 'string') return /string\.quoted|constant\.character|punctuation\.definition\.string/;
  if (kind === 'number') return /constant\.numeric/;
  if (kind === 'name') return text === 'nil' ? /constant|variable|entity/ : /variable|entity|keyword|storage/;
  if (words.has(kind)) return /keyword|storage|constant\.language|variable|entity/;
  if (marks.has(kind)) return /keyword\.operator|keyword\.control\.query|punctuation/;
  return /invalid\.illegal/;
}

describe('polar.tmLanguage.json', () => {
  it('contains the grammar that grammar.ts describes', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(grammar)));
  });

  const texts = policies();

  it('has a text of every part of the repository', () => {
    expect(texts.length).toBeGreaterThan(2000);
  });

  it('gives each token of a policy the scope of its kind, as the lexer reads it', () => {
    const wrong: string[] = [];
    for (const text of texts) {
      if (text.includes('\r') || text.startsWith('\uFEFF')) continue;
      const { tokens, comments, hasErrors } = lex(text);
      if (hasErrors) continue;
      const scopes = scopesOf(text);
      for (const token of tokens)
        for (let i = token.start; i < token.end; i++)
          if (text[i] !== '\n' && !expectedScope(token).test(scopes[i]!)) {
            wrong.push(`${token.kind} "${text.slice(token.start, token.end)}" is ${scopes[i]} in ${text}`);
            break;
          }
      for (const { start, end } of comments)
        for (let i = start; i < end; i++)
          if (!/comment\.line/.test(scopes[i]!)) {
            wrong.push(`the comment "${text.slice(start, end)}" is ${scopes[i]} in ${text}`);
            break;
          }
    }
    expect(wrong).toEqual([]);
  });

  it('marks no error in a policy that the lexer accepts', () => {
    const marked = texts.filter(
      (text) => !lex(text).hasErrors && scopesOf(text).some((scope) => scope.includes('invalid')),
    );
    expect(marked).toEqual([]);
  });

  it('marks an error where the lexer finds text that is not Polar', () => {
    const broken = texts.filter((text) =>
      lex(text).tokens.some(({ kind }) => kind === 'unterminated' || kind === 'invalid'),
    );
    const unmarked = broken.filter((text) => !scopesOf(text).some((scope) => scope.includes('invalid')));
    expect(broken.length).toBeGreaterThan(10);
    expect(unmarked).toEqual([]);
  });

  it('distinguishes the parts of a block', () => {
    const block = `resource Note {
  permissions = ["read"];
  roles = ["owner"];
  relations = { folder: Folder };
  "read" if "owner";
  "owner" if "owner" on "folder"; # inherited
}`;
    expect(piecesOf(block)).toEqual([
      'resource: storage.type.block',
      'Note: entity.name.type.block',
      'permissions: keyword.other.declaration',
      '=: keyword.operator.assignment',
      'read: string.quoted.double.permission',
      'roles: keyword.other.declaration',
      '=: keyword.operator.assignment',
      'owner: string.quoted.double.role',
      'relations: keyword.other.declaration',
      '=: keyword.operator.assignment',
      'folder: variable.other.property.relation',
      'Folder: entity.name.type',
      'read: string.quoted.double',
      'if: keyword.control',
      'owner: string.quoted.double',
      'owner: string.quoted.double',
      'if: keyword.control',
      'owner: string.quoted.double',
      'on: keyword.control.on',
      '"folder": string.quoted.double.relation',
      'inherited: comment.line.number-sign',
    ]);
  });

  it('distinguishes the parts of a rule', () => {
    const rule = `allow(user: User, "read", note: Note{kind: "draft"}) if
  not note.archived and has_role(user, role, note.folder) and role in ["owner"] and note.title.startsWith("a\\n");`;
    expect(piecesOf(rule)).toEqual([
      'allow: entity.name.function.definition',
      'user: variable.parameter',
      'User: entity.name.type',
      'read: string.quoted.double',
      'note: variable.parameter',
      'Note: entity.name.type',
      'kind: variable.parameter',
      'draft: string.quoted.double',
      'if: keyword.control',
      'not: keyword.operator.logical',
      'note: variable.other',
      'archived: variable.other.property',
      'and: keyword.operator.logical',
      'has_role: entity.name.function.call',
      'user: variable.other',
      'role: variable.other',
      'note: variable.other',
      'folder: variable.other.property',
      'and: keyword.operator.logical',
      'role: variable.other',
      'in: keyword.operator.word',
      'owner: string.quoted.double',
      'and: keyword.operator.logical',
      'note: variable.other',
      'title: variable.other.property',
      'startsWith: entity.name.function.method',
      'a: string.quoted.double',
      String.raw`\n: constant.character.escape`,
    ]);
  });

  it('distinguishes the parts of a test', () => {
    const test = `test "owners" {
  setup {
    has_role(ann, "owner", note);
  }
  assert allow(ann, "read", note);
  assert_not allow(ben, a, note);
  assert allow(ann, a, note) iff a in ["read"];
}
f(1);`;
    expect(piecesOf(test).filter((piece) => /storage|control|definition/.test(piece))).toEqual([
      'test: storage.type.test',
      'setup: keyword.control.setup',
      'has_role: entity.name.function.definition',
      'assert: keyword.control.assert',
      'assert_not: keyword.control.assert',
      'assert: keyword.control.assert',
      'iff: keyword.control.iff',
      'f: entity.name.function.definition',
    ]);
  });

  it.each([
    'allow(a, b) if a && b;',
    "allow('ann');",
    'f(x) if x === 1;',
    '// a comment',
    'f("a',
    'f(x) if !x;',
    'f(1_000);',
  ])('marks an error in `%s`', (text) => {
    expect(scopesOf(text).filter((scope) => scope.includes('invalid'))).not.toEqual([]);
  });

  it('colors a policy with Shiki', async () => {
    const highlighter = await createHighlighter({ themes: ['github-light'], langs: [grammar as never] });
    const html = highlighter.codeToHtml('allow(_, "read", _);', { lang: 'polar', theme: 'github-light' });
    highlighter.dispose();
    expect(html).toMatch(/<span style="color:#[0-9A-F]+">"read"<\/span>/);
  });
});
