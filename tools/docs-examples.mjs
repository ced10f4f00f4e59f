// Checks the examples in README.md, packages/*/README.md and docs/**/*.md. Needs a build.
//
//   ```ts             type-checked (strict, Node's types, the packages of this workspace)
//   ```ts run         also executed, in a folder with the named files of the page; must exit with 0 within 30 s
//   ```polar          parsed
//   ```… fragment     ignored: incomplete code, or code that is wrong on purpose
//
// The blocks of one page belong together. The first line `// file: user.ts` (in Polar `# file: main.polar`) names a block, so that other
// blocks of the page can import or load it. Blocks of other languages with such a line are also written to the folder. An HTML comment
// before a block can contain more fenced code that the block needs; readers do not see it. The line
// `<!-- uses: getting-started.md -->` adds the named files of another page; its path is relative to this page. A page with decorators is
// compiled before it is executed, because Node removes types but does not run decorators. For a named file `….prisma` the client of Prisma is
// generated.
//
// Relative links must lead to a file, and to a heading of this file if they have an anchor.
//
// `node tools/docs-examples.mjs [--keep] [page.md …]`; --keep leaves the files in .docs-examples/.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const syntax = await import('@nanook/core/syntax');
const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.docs-examples');
const { values, positionals } = parseArgs({ options: { keep: { type: 'boolean' } }, allowPositionals: true });
const pages =
  positionals.length > 0
    ? positionals
    : globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root });
const faults = [];
const counts = { ts: 0, run: 0, polar: 0 };

/** Returns the fenced blocks of a page: language, flags (`run`, `fragment`), text, and the number of the first line. */
function blocksOf(page) {
  const blocks = [];
  let open;
  readFileSync(join(root, page), 'utf8')
    .split(/\r?\n/)
    .forEach((line, i) => {
      const fence = /^( *)(`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(line);
      if (!open && fence) {
        const [, indent, marks, language, flags] = fence;
        open = { indent, marks, language, flags: flags.split(/\s+/), line: i + 2, lines: [] };
      } else if (open && fence && fence[2].startsWith(open.marks) && !fence[3]) {
        const { language, flags, line: first, lines } = open;
        const named = /^(?:\/\/|#)\s*file:\s*(\S+)/.exec(lines[0] ?? '')?.[1];
        blocks.push({ page, language, flags, line: first, text: lines.join('\n'), named });
        open = undefined;
      } else if (open) {
        open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
      }
    });
  if (open) faults.push(`${page}:${open.line - 1}: the block is not closed`);
  return blocks.filter((block) => !block.flags.includes('fragment'));
}

/** Returns the named files of the pages that this page uses. */
function borrowedBlocks(page) {
  const lines = readFileSync(join(root, page), 'utf8').matchAll(/^<!-- uses: (\S+) -->$/gm);
  return [...lines].flatMap(([, used]) =>
    blocksOf(join(dirname(page), used))
      .filter(({ named }) => named)
      .map((block) => ({ ...block, flags: [] })),
  );
}

const proseOf = (page) => readFileSync(join(root, page), 'utf8').replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '');

/** Returns the anchors of a page. GitHub derives them from the headings in the same way. */
function anchorsOf(page) {
  const slugs = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/\]\([^)]*\)/g, '')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(slugs.map((slug, i) => slug + (slugs.indexOf(slug) < i ? '-1' : '')));
}

function checkLinks(page) {
  for (const [, target, anchor] of proseOf(page).matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g)) {
    const file = target ? join(dirname(page), target) : page;
    if (!existsSync(join(root, file))) faults.push(`${page}: the link to ${target} leads to no file`);
    else if (anchor && file.endsWith('.md') && !anchorsOf(file).has(anchor))
      faults.push(`${page}: ${file} has no heading for #${anchor}`);
  }
}

/** Parses Polar text and returns its errors as `{ line, message }`. */
function polarFaults(text) {
  try {
    const { diagnostics } = syntax.parse(text);
    return diagnostics.filter(({ severity }) => severity === 'error');
  } catch (error) {
    return [{ line: error.line, message: error.message }];
  }
}

const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (file) => readFileSync(file, 'utf8'));
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
const host = ts.createCompilerHost(options);
const getSourceFile = host.getSourceFile.bind(host);
const parsed = new Map(); // files of libraries, read once for all pages
host.getSourceFile = (file, ...rest) => {
  if (file.includes('/.docs-examples/')) return getSourceFile(file, ...rest);
  if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...rest));
  return parsed.get(file);
};

function checkTypes(blocks) {
  const byFile = new Map(blocks.map((block) => [block.file.replaceAll('\\', '/'), block]));
  const program = ts.createProgram([...byFile.keys()], options, host);
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const block = file && byFile.get(file.fileName);
    const line = file ? file.getLineAndCharacterOfPosition(start).line : 0;
    const place = block
      ? `${block.page}:${block.line + line}`
      : `${blocks[0].page} (${file?.fileName ?? 'options'})`;
    faults.push(`${place}: ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`);
  }
}

const hasDecorators = ({ text }) => /^\s*@[A-Z]\w*\(/m.test(text);

/** Replaces a TypeScript file by JavaScript. The file keeps its name, because other blocks import it. */
function compile({ text, file }) {
  if (file.endsWith('.d.ts')) return;
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext, noEmit: false };
  writeFileSync(file, ts.transpileModule(text, { compilerOptions, fileName: file }).outputText);
}

function execute({ page, line, file }) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], {
    cwd: dirname(file),
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0)
    faults.push(`${page}:${line}: ended with ${signal ?? status}\n${stdout}${stderr}`.trimEnd());
}

/** Generates the client of a Prisma schema, as `npx prisma generate` does. */
function generate({ page, line, file }) {
  const bin = join(work, 'bin');
  const generator = join(bin, 'nanook-prisma');
  if (!existsSync(generator)) {
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'packages/orm/dist/prisma-generator.mjs'), generator);
  }
  const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--schema', file], {
    encoding: 'utf8',
    // Without a path Prisma downloads an engine that only migrations need.
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (status !== 0)
    faults.push(`${page}:${line}: prisma generate ended with ${status}\n${stdout}${stderr}`.trimEnd());
}

function check(page) {
  const folder = join(work, page.replace(/\.md$/, '').replaceAll(/[^\w-]+/g, '-'));
  mkdirSync(folder, { recursive: true });
  checkLinks(page);
  const blocks = [...borrowedBlocks(page), ...blocksOf(page)];
  const names = new Set();
  for (const block of blocks) {
    const isTs = block.language === 'ts' || block.language === 'typescript';
    if (!isTs && !block.named) continue;
    const name = block.named ?? `line-${block.line}.ts`;
    block.file = join(folder, name);
    if (relative(folder, block.file).startsWith('..'))
      throw new Error(`${page}:${block.line}: ${name} is outside the folder of the page`);
    if (names.has(name)) faults.push(`${page}:${block.line}: the page has two files ${name}`);
    names.add(name);
    mkdirSync(dirname(block.file), { recursive: true });
    // Each block becomes a module, so that its names are local and it can use await.
    const isModule = !isTs || name.endsWith('.d.ts') || /^\s*(import|export)\b/m.test(block.text);
    writeFileSync(block.file, isModule ? block.text : `${block.text}\nexport {};\n`);
    block.isTs = isTs;
  }

  for (const block of blocks) if (block.named?.endsWith('.prisma')) generate(block);

  const typed = blocks.filter(({ isTs }) => isTs);
  counts.ts += typed.length;
  if (typed.length > 0) checkTypes(typed);

  const polar = blocks.filter(({ language }) => language === 'polar');
  if (syntax.parse) {
    counts.polar += polar.length;
    for (const block of polar) {
      for (const { line, message } of polarFaults(block.text)) {
        faults.push(`${page}:${block.line + (line ?? 1) - 1}: ${message}`);
      }
    }
  }

  const runnable = typed.filter(({ flags }) => flags.includes('run'));
  counts.run += runnable.length;
  if (runnable.length > 0 && typed.some(hasDecorators)) typed.forEach(compile);
  runnable.forEach(execute);
}

/** Checks pages in this process, or each second page in a process of its own. Returns the faults and the counts. */
async function checkAll(all) {
  const workers = Math.min(2, availableParallelism(), all.length);
  if (process.send || workers < 2) {
    all.forEach(check);
    return [{ faults, counts }];
  }
  const parts = Array.from({ length: workers }, (_, i) => all.filter((_page, j) => j % workers === i));
  return Promise.all(parts.map(inOwnProcess));
}

function inOwnProcess(part) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), part);
    let result;
    child.on('message', (message) => (result = message));
    child.on('error', reject);
    child.on('exit', (code) => (result ? resolve(result) : reject(new Error(`a part ended with ${code}`))));
  });
}

const paths = pages.map((page) => page.replaceAll('\\', '/'));
if (process.send) {
  const [result] = await checkAll(paths);
  process.send(result, () => process.disconnect());
} else {
  rmSync(work, { recursive: true, force: true });
  try {
    const results = await checkAll(paths);
    const found = results.flatMap((result) => result.faults);
    const sum = (name) => results.reduce((total, result) => total + result.counts[name], 0);
    for (const fault of found) console.error(fault);
    console.log(
      `${pages.length} pages: ${sum('ts')} TypeScript blocks checked, ${sum('run')} executed, ${sum('polar')} Polar blocks parsed`,
    );
    if (found.length > 0) {
      console.error(`${found.length} fault${found.length === 1 ? '' : 's'}`);
      process.exitCode = 1;
    }
  } finally {
    if (!values.keep) rmSync(work, { recursive: true, force: true });
  }
}
