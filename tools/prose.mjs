// Measures how hard our English is to read: in comments, documentation and test names. Fails when a measure is above its limit in
// tools/prose-limits.json. The limits only fall: `node tools/prose.mjs --lower` writes what was reached, and `--list` names the places.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const limitsFile = new URL('prose-limits.json', import.meta.url);
const read = (file) => readFileSync(new URL(file, `file://${root}`), 'utf8');
const isOurs = (file) => !/node_modules|[\\/]dist[\\/]|[\\/]corpus[\\/]/.test(file);
const filesOf = (patterns) => globSync(patterns, { cwd: root }).filter(isOurs).toSorted();

const whats = /\bwhat\b/gi;
const vague = /\b(nobody|somebody|anybody|everybody|whoever|whatever|whichever)\b/gi;
const fragment = /^(What|Whatever|Who|Whoever|Whose|As|Of|By|Where|How|That|Which)\b/;
const unclear = /^(is|are|of|that|may|want|wants|as|by|for|with|also)\b/;

const places = [];
const counts = {
  commentWords: 0,
  commentWhats: 0,
  docWords: 0,
  docWhats: 0,
  vague: 0,
  docstrings: 0,
  fragments: 0,
  testNames: 0,
  unclearNames: 0,
};

/** Counts the words of a prose text. Code in backticks is not prose. */
function countProse(prose, kind, place) {
  const text = prose.replace(/`[^`]*`/g, ' code ');
  counts[`${kind}Words`] += text.split(/\s+/).filter(Boolean).length;
  for (const [word] of text.matchAll(whats)) {
    counts[`${kind}Whats`]++;
    places.push(`${place}: "${word}"`);
  }
  for (const [word] of text.matchAll(vague)) {
    counts.vague++;
    places.push(`${place}: "${word}"`);
  }
}

function countMarkdown(file) {
  let isCode = false;
  for (const [i, line] of read(file).split('\n').entries()) {
    if (/^\s*(```|<!--)/.test(line) && !/-->/.test(line)) isCode = line.includes('<!--') || !isCode;
    else if (line.includes('-->')) isCode = false;
    else if (!isCode) countProse(line, 'doc', `${file}:${i + 1}`);
  }
}

function countSource(file) {
  const text = read(file);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const seen = new Set();
  const placeOf = (pos) => `${file}:${source.getLineAndCharacterOfPosition(pos).line + 1}`;
  const countComments = (ranges = []) => {
    for (const { pos, end } of ranges) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      const raw = text.slice(pos, end);
      const isDocstring = raw.startsWith('/**');
      const prose = raw
        .replace(/^\/\*+|\*\/$|^\/\//g, '')
        .replace(/^\s*\* ?/gm, '')
        .replace(/@example[\s\S]*/, '')
        .trim();
      if (/^(oxlint|eslint|@ts-|cspell:|prettier|v8 )/.test(prose)) continue;
      countProse(prose, 'comment', placeOf(pos));
      if (!isDocstring) continue;
      counts.docstrings++;
      if (fragment.test(prose)) {
        counts.fragments++;
        places.push(`${placeOf(pos)}: docstring opens with a fragment: ${prose.slice(0, 60)}`);
      }
    }
  };
  const visit = (node) => {
    countComments(ts.getLeadingCommentRanges(text, node.getFullStart()));
    countComments(ts.getTrailingCommentRanges(text, node.getEnd()));
    if (ts.isCallExpression(node) && /\.test(-d)?\.ts$/.test(file)) countTestName(node, placeOf);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function countTestName(call, placeOf) {
  let callee = call.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  const [name] = call.arguments;
  if (!ts.isIdentifier(callee) || !/^(it|test)$/.test(callee.text) || !name || !ts.isStringLiteralLike(name))
    return;
  counts.testNames++;
  if (!unclear.test(name.text)) return;
  counts.unclearNames++;
  places.push(`${placeOf(name.pos)}: test name: ${name.text}`);
}

for (const file of filesOf(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md']))
  countMarkdown(file);
for (const file of filesOf([
  'packages/*/src/**/*.ts',
  'packages/*/*.ts',
  'examples/*/src/**/*.ts',
  'tools/**/*.{ts,mjs,cjs}',
]))
  countSource(file);

const per = (part, whole, unit) => Math.round((part / Math.max(whole, 1)) * unit * 100) / 100;
const measures = {
  '"what" in 1,000 words of comments': per(counts.commentWhats, counts.commentWords, 1000),
  '"what" in 1,000 words of documentation': per(counts.docWhats, counts.docWords, 1000),
  'vague pronouns in 1,000 words': per(counts.vague, counts.commentWords + counts.docWords, 1000),
  'docstrings that open with a fragment, in percent': per(counts.fragments, counts.docstrings, 100),
  'unclear test names, in percent': per(counts.unclearNames, counts.testNames, 100),
};
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'));
for (const [name, value] of Object.entries(measures)) {
  const isAbove = value > limits[name];
  console.log(`${isAbove ? '✗' : '✓'} ${name}: ${value} (limit ${limits[name]})`);
  if (isAbove) process.exitCode = 1;
}
if (process.argv.includes('--list')) for (const place of places) console.log(`  ${place}`);
else if (process.exitCode) console.log('`node tools/prose.mjs --list` names the places.');
if (process.argv.includes('--lower') && !process.exitCode)
  writeFileSync(limitsFile, `${JSON.stringify(measures, null, 2)}\n`);
