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
// `node tools/docs-examples.mjs [--keep] [--sample] [page.md …]`; --keep leaves the files in .docs-examples/. With --sample, TypeScript is
// checked and executed only on the pages that differ from the main branch, on the pages that use them, and on those in
// tools/test-scope.ts. Links and Polar are checked on all pages.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import ts from 'typescript';
import { sampledPages } from './test-scope.ts';

const syntax = await import('@nanook/core/syntax');
const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, '.docs-examples');
const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean' }, sample: { type: 'boolean' } },
  allowPositionals: true,
});
const pages =
  positionals.length > 0
    ? positionals
    : globSync(['README.md', 'packages/*/README.md', 'docs/**/*.md'], { cwd: root });
/** The pages whose TypeScript is checked and executed. */
const isChosen = values.sample ? chosenPages() : () => true;
const faults = [];
const execFileAsync = promisify(execFile);

/** Runs git, and returns the lines of its output; no lines if it fails, as outside a repository. */
function git(...args) {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', args, options).split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Returns the files that differ from the main branch, with those that are not committed. */
function changedFiles() {
  const [base = 'HEAD'] = ['origin/main', 'main'].flatMap((main) => git('merge-base', main, 'HEAD'));
  return [...git('diff', '--name-only', base), ...git('ls-files', '--others', '--exclude-standard')];
}

function chosenPages() {
  const changed = changedFiles();
  const chosen = new Set([...sampledPages, ...changed]);
  return (page) => chosen.has(page) || usedPages(page).some((used) => changed.includes(used));
}

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

/** Returns the paths of the pages whose named files this page uses. */
function usedPages(page) {
  const lines = readFileSync(join(root, page), 'utf8').matchAll(/^<!-- uses: (\S+) -->$/gm);
  return [...lines].map(([, used]) => join(dirname(page), used).replaceAll('\\', '/'));
}

/** Returns the named files of the pages that this page uses. */
function borrowedBlocks(page) {
  return usedPages(page).flatMap((used) =>
    blocksOf(used)
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
const parsed = new Map(); // files of libraries, read once for all programs
host.getSourceFile = (file, ...rest) => {
  if (file.includes('/.docs-examples/')) return getSourceFile(file, ...rest);
  if (!parsed.has(file)) parsed.set(file, getSourceFile(file, ...rest));
  return parsed.get(file);
};

/**
 * Returns the pages that one program checks together: those that import the same packages, because a package can change the types of another
 * one. A page with declarations of its own for all files is checked alone.
 */
function pagesByPackages(pages) {
  const groups = Map.groupBy(pages, (page) => {
    const text = page.flatMap(({ isTs, text: each }) => (isTs ? [each] : [])).join('\n');
    if (/^\s*declare (global|module)\b/m.test(text)) return page;
    const imported = [...text.matchAll(/(?:from|import) '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => name);
    return [...new Set(imported)].toSorted((a, b) => (a < b ? -1 : 1)).join();
  });
  return [...groups.values()].map((each) => each.flat());
}

/** Checks the types of blocks, and of the files that were generated for them. The step `types` checks the packages. */
function checkTypes(blocks) {
  if (blocks.length === 0) return;
  const byFile = new Map(blocks.map((block) => [block.file.replaceAll('\\', '/'), block]));
  const program = ts.createProgram([...byFile.keys()], options, host);
  const report = ({ file, start, messageText }) => {
    const block = file && byFile.get(file.fileName);
    const line = file ? file.getLineAndCharacterOfPosition(start).line : 0;
    const place = block ? `${block.page}:${block.line + line}` : (file?.fileName ?? 'options');
    faults.push(`${place}: ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`);
  };
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.includes('/.docs-examples/')) continue;
    [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].forEach(report);
  }
  [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()].forEach(report);
}

const isRunnable = ({ isTs, flags }) => isTs && flags.includes('run');
const hasDecorators = ({ text }) => /^\s*@[A-Z]\w*\(/m.test(text);

/** Replaces a TypeScript file by JavaScript. The file keeps its name, because other blocks import it. */
function compile({ text, file }) {
  if (file.endsWith('.d.ts')) return;
  const compilerOptions = { ...options, module: ts.ModuleKind.ESNext, noEmit: false };
  writeFileSync(file, ts.transpileModule(text, { compilerOptions, fileName: file }).outputText);
}

/** Runs Node. Returns undefined if it ended with 0, and otherwise how it ended and what it wrote. */
async function runNode(args, settings) {
  try {
    await execFileAsync(process.execPath, args, settings);
    return undefined;
  } catch ({ code, signal, stdout, stderr }) {
    return `ended with ${signal ?? code}\n${stdout}${stderr}`.trimEnd();
  }
}

async function execute({ page, line, file }) {
  const fault = await runNode([file], {
    cwd: dirname(file),
    timeout: 120_000,
    // Many blocks load the same packages.
    env: { ...process.env, NODE_COMPILE_CACHE: join(work, 'compiled') },
  });
  if (fault) faults.push(`${page}:${line}: ${fault}`);
}

/** Generates the client of a Prisma schema, as `npx prisma generate` does. */
async function generate({ page, line, file }) {
  const bin = join(work, 'bin');
  const generator = join(bin, 'nanook-prisma');
  if (!existsSync(generator)) {
    mkdirSync(bin, { recursive: true });
    symlinkSync(join(root, 'packages/orm/dist/prisma-generator.mjs'), generator);
  }
  const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
  const fault = await runNode([cli, 'generate', '--schema', file], {
    // Without a path Prisma downloads an engine that only migrations need.
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  });
  if (fault) faults.push(`${page}:${line}: prisma generate ${fault}`);
}

/** Writes the blocks of a page to a folder of its own, and returns them. */
function write(page) {
  const folder = join(work, page.replace(/\.md$/, '').replaceAll(/[^\w-]+/g, '-'));
  mkdirSync(folder, { recursive: true });
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
  return blocks;
}

/** Calls a function for each item, for as many items at the same time as there are cores. */
async function inParallel(items, task) {
  const queue = [...items];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await task(next);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function check(names) {
  names.forEach(checkLinks);
  const polar = names.flatMap(blocksOf).filter(({ language }) => language === 'polar');
  for (const block of polar) {
    for (const { line, message } of polarFaults(block.text))
      faults.push(`${block.page}:${block.line + (line ?? 1) - 1}: ${message}`);
  }

  const chosen = names.filter(isChosen);
  const pages = chosen.map(write);
  await inParallel(
    pages.flat().filter(({ named }) => named?.endsWith('.prisma')),
    generate,
  );
  for (const blocks of pagesByPackages(pages)) checkTypes(blocks.filter(({ isTs }) => isTs));
  for (const page of pages) {
    const typed = page.filter(({ isTs }) => isTs);
    if (typed.some(isRunnable) && typed.some(hasDecorators)) typed.forEach(compile);
  }
  // Blocks of one page run in their order, because one can read what another wrote.
  const runnable = pages.map((page) => page.filter(isRunnable));
  await inParallel(runnable, async (page) => {
    for (const block of page) await execute(block);
  });
  const typed = pages.flat().filter(({ isTs }) => isTs);
  return `${chosen.length} of ${names.length} pages: ${typed.length} TypeScript blocks checked, ${runnable.flat().length} executed; ${polar.length} Polar blocks parsed`;
}

rmSync(work, { recursive: true, force: true });
try {
  const summary = await check(pages.map((page) => page.replaceAll('\\', '/')));
  for (const fault of new Set(faults)) console.error(fault);
  console.log(summary);
  if (faults.length > 0) {
    console.error(`${faults.length} fault${faults.length === 1 ? '' : 's'}`);
    process.exitCode = 1;
  }
} finally {
  if (!values.keep) rmSync(work, { recursive: true, force: true });
}
