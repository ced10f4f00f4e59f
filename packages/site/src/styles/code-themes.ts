// The colors of code on the site, which are those of the playground: the variables `--nk-code-…` of its tokens.
import { readFileSync } from 'node:fs';
import { root } from '../docs/root.ts';

const tokens = readFileSync(`${root}packages/playground/src/tokens.css`, 'utf8');

/** The operators that are words, such as `and`. They are keywords for a reader. */
const wordOperators = [
  'keyword.operator.logical.polar',
  'keyword.operator.word.polar',
  'keyword.operator.expression',
  'keyword.operator.new',
];

/** The scopes of grammars that have a color of their own, by the name of the variable. A longer scope wins. */
const scopes: Readonly<Record<string, readonly string[]>> = {
  keyword: [
    ...wordOperators,
    'keyword',
    'storage',
    'constant.language',
    'entity.name.tag',
    'support.type.property-name.json',
  ],
  type: [
    'entity.name.type',
    'entity.name.class',
    'support.class',
    'support.type.primitive',
    'storage.type.class',
  ],
  string: ['string', 'punctuation.definition.string', 'markup.inline.raw'],
  call: ['entity.name.function', 'support.function', 'meta.function-call entity.name.function'],
  comment: ['comment', 'punctuation.definition.comment'],
  number: ['constant.numeric'],
  invalid: ['invalid'],
  text: ['keyword.operator', 'punctuation', 'variable'],
};

/** Returns the theme of Shiki for the light or the dark colors of the site. */
export function codeTheme(type: 'light' | 'dark') {
  return {
    name: `nanook-${type}`,
    type,
    colors: { 'editor.background': colorOf('surface', type), 'editor.foreground': colorOf('text', type) },
    tokenColors: Object.entries(scopes).map(([name, scope]) => ({
      scope: [...scope],
      settings: { foreground: colorOf(name === 'text' ? name : `code-${name}`, type) },
    })),
  };
}

function colorOf(name: string, type: 'light' | 'dark'): string {
  const pattern = new RegExp(String.raw`--nk-${name}: light-dark\((#\w{6}), (#\w{6})\)`);
  const [, light, dark] = pattern.exec(tokens) ?? [];
  if (light === undefined || dark === undefined)
    throw new Error(`tokens.css: expected --nk-${name}: light-dark(#…, #…), found none`);
  return type === 'light' ? light : dark;
}
