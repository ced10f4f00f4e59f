// Measures how hard our English is to read: in documentation, comments, messages and test names. Fails when a measure is above
// its limit in tools/prose-limits.json. The limits only fall, down to the targets below: `node tools/prose.mjs --lower` writes the
// measures that were reached. `node tools/prose.mjs --list` names the places.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The final limits. */
const targets = {
  '"what" in 1,000 words of comments': 2,
  '"what" in 1,000 words of documentation': 3,
  '"what" in 1,000 words of messages': 2,
  'vague pronouns in 1,000 words': 0.5,
  '"is no" and "is none" in 1,000 words': 0.1,
  'avoided phrases in 1,000 words': 0.5,
  'docstrings that open with a fragment, in percent': 3,
  'unclear test names, in percent': 3,
};

const what = /\bwhat\b/gi;
const vague = /\b(nobody|somebody|anybody|everybody|whoever|whatever|whichever)\b/gi;
const isNo = /(?<!\bthere )\b(is|are|was|were|be) (no|none)\b(?! (longer|more)\b)/gi;
const avoided =
  /\b(stands|at hand|beforehand|of (its|their) own|in its place|all the same|came of|may be said|asks? a question)\b/gi;
/** Docstrings start with a verb ("Returns") or a noun phrase. `Whether` is for fields and variables. */
const fragment =
  /^(What|Whatever|Who|Whoever|Whom|Whose|Which|Whichever|Where|Why|How|That|As|At|By|For|From|In|Of|On|To|With)\b/;
const unclearName =
  /^(is|are|was|were|of|that|may|want|wants|as|at|by|for|from|in|on|to|with|also|what|who|it|they)\b/;

const root = new URL('..', import.meta.url);
const limitsFile = new URL('prose-limits.json', import.meta.url);
const read = (file) => readFileSync(new URL(file, root), 'utf8');
const isOurs = (file) => !/node_modules|[\\/]dist[\\/]|[\\/]corpus[\\/]/.test(file);
const filesOf = (patterns) =>
  globSync(patterns, { cwd: fileURLToPath(root) })
    .filter(isOurs)
    .toSorted();

const words = { comments: 0, documentation: 0, messages: 0 };
const whats = { comments: 0, documentation: 0, messages: 0 };
const found = { vague: 0, isNo: 0, avoided: 0, docstrings: 0, fragments: 0, testNames: 0, unclearNames: 0 };
const places = [];

/** Counts the words of a text of one kind. Code in backticks is not prose. */
function countProse(prose, kind, place) {
  const text = prose.replace(/`[^`]*`/g, ' code ');
  words[kind] += text.split(/\s+/).filter(Boolean).length;
  const matches = (pattern) => {
    const all = [...text.matchAll(pattern)];
    for (const [phrase] of all) places.push(`${place}: "${phrase}"`);
    return all.length;
  };
  whats[kind] += matches(what);
  found.vague += matches(vague);
  found.isNo += matches(isNo);
  found.avoided += matches(avoided);
}

function countMarkdown(file) {
  let isCode = false;
  for (const [i, line] of read(file).split('\n').entries()) {
    if (/^\s*(```|<!--)/.test(line) && !/-->/.test(line)) isCode = line.includes('<!--') || !isCode;
    else if (line.includes('-->')) isCode = false;
    else if (!isCode) countProse(line, 'documentation', `${file}:${i + 1}`);
  }
}

const isTest = (file) => /\.test(-d)?\.ts$/.test(file);
const hasMessages = (file) =>
  /^packages[\\/](core|http|express|fastify|hono|koa|nestjs)[\\/]src/.test(file) &&
  !/\.(test|test-d|fixture)\.ts$/.test(file);

function countSource(file) {
  const text = read(file);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const seen = new Set();
  const placeOf = (pos) => `${file}:${source.getLineAndCharacterOfPosition(pos).line + 1}`;
  const countComments = (ranges = [], node) => {
    for (const { pos, end } of ranges) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      const raw = text.slice(pos, end);
      const prose = raw
        .replace(/^\/\*+|\*\/$|^\/\//g, '')
        .replace(/^\s*\* ?/gm, '')
        .replace(/@example[\s\S]*/, '')
        .trim();
      if (/^(oxlint|eslint|@ts-|cspell:|prettier|v8 )/.test(prose)) continue;
      countProse(prose, 'comments', placeOf(pos));
      if (raw.startsWith('/**')) countDocstring(prose, node, placeOf(pos));
    }
  };
  const visit = (node) => {
    countComments(ts.getLeadingCommentRanges(text, node.getFullStart()), node);
    countComments(ts.getTrailingCommentRanges(text, node.getEnd()));
    if (isTest(file) && ts.isCallExpression(node)) countTestName(node, placeOf);
    if (hasMessages(file) && isMessage(node))
      countProse(messageText(node), 'messages', placeOf(node.getStart()));
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function countDocstring(prose, node, place) {
  found.docstrings++;
  if (!fragment.test(prose) && !(/^Whether\b/.test(prose) && isFunction(node))) return;
  found.fragments++;
  places.push(`${place}: docstring opens with a fragment: ${prose.slice(0, 60)}`);
}

function isFunction(node) {
  if (node === undefined) return false;
  if (ts.isVariableStatement(node)) node = node.declarationList.declarations[0]?.initializer;
  else if (ts.isPropertyDeclaration(node)) node = node.initializer;
  return node !== undefined && (ts.isFunctionLike(node) || ts.isMethodSignature(node));
}

/** Returns whether a node is a text of at least four words, such as a message, and not printed code. */
function isMessage(node) {
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return false;
  const text = messageText(node);
  return /(\b[A-Za-z']+,? ){3}/.test(text) && !/=>|;\s|\bconst |\breturn /.test(text);
}

/** The text of a literal, with its expressions as one word. */
function messageText(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  return node.head.text + node.templateSpans.map(({ literal }) => `code${literal.text}`).join('');
}

function countTestName(call, placeOf) {
  let callee = call.expression;
  while (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) callee = callee.expression;
  const [name] = call.arguments;
  if (!ts.isIdentifier(callee) || !/^(it|test)$/.test(callee.text) || !name || !ts.isStringLiteralLike(name))
    return;
  found.testNames++;
  if (!unclearName.test(name.text)) return;
  found.unclearNames++;
  places.push(`${placeOf(name.pos)}: test name: ${name.text}`);
}

for (const file of filesOf(['*.md', '.changeset/*.md', 'docs/**/*.md', '{packages,examples}/*/README.md']))
  countMarkdown(file);
for (const file of filesOf([
  '{packages,examples}/*/src/**/*.ts',
  'packages/*/*.ts',
  'tools/**/*.{ts,mjs,cjs}',
  '*.ts',
]))
  countSource(file);

const per = (part, whole, unit) => Math.round((part / Math.max(whole, 1)) * unit * 100) / 100;
const allWords = words.comments + words.documentation + words.messages;
const measures = {
  '"what" in 1,000 words of comments': per(whats.comments, words.comments, 1000),
  '"what" in 1,000 words of documentation': per(whats.documentation, words.documentation, 1000),
  '"what" in 1,000 words of messages': per(whats.messages, words.messages, 1000),
  'vague pronouns in 1,000 words': per(found.vague, allWords, 1000),
  '"is no" and "is none" in 1,000 words': per(found.isNo, allWords, 1000),
  'avoided phrases in 1,000 words': per(found.avoided, allWords, 1000),
  'docstrings that open with a fragment, in percent': per(found.fragments, found.docstrings, 100),
  'unclear test names, in percent': per(found.unclearNames, found.testNames, 100),
};
const limits = JSON.parse(readFileSync(limitsFile, 'utf8'));
for (const [name, value] of Object.entries(measures)) {
  const isAbove = value > (limits[name] ?? Infinity);
  console.log(`${isAbove ? '✗' : '✓'} ${name}: ${value} (limit ${limits[name]}, target ${targets[name]})`);
  if (isAbove) process.exitCode = 1;
}
if (process.argv.includes('--list')) for (const place of places) console.log(`  ${place}`);
else if (process.exitCode) console.log('`node tools/prose.mjs --list` names the places.');
if (process.argv.includes('--lower') && !process.exitCode) {
  const lowered = Object.entries(measures).map(([name, value]) => [name, Math.max(value, targets[name])]);
  writeFileSync(limitsFile, `${JSON.stringify(Object.fromEntries(lowered), null, 2)}\n`);
}
