#!/usr/bin/env node
// Conformance runner. See README.md.
//   node run.mjs ENGINE [--adapter MODULE] [--corpus DIR] [--topic RE] [--id RE] [--timeout MS]
//                [--answers FILE] [--jobs N] [--unordered] [--strict] [--quirks] [--verbose] [--json FILE] [--max-failures N]
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { readdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve, isAbsolute } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { withAnswers } from './answers.mjs';
import { availableParallelism } from 'node:os';

const HERE = dirname(fileURLToPath(import.meta.url));

async function load(spec) {
  const file = isAbsolute(spec) ? spec : resolve(process.cwd(), spec);
  if (existsSync(file) && /\.[cm]?js$/.test(file)) return import(pathToFileURL(file).href);
  const require = createRequire(join(process.cwd(), 'noop.js'));
  return import(pathToFileURL(require.resolve(existsSync(file) ? file : spec)).href);
}

if (!isMainThread) {
  const { execute, compare, resolveEngine } = await import('./harness.mjs');
  const mod = await load(workerData.engine);
  const map = workerData.adapter ? await load(workerData.adapter) : {};
  const engine = resolveEngine(mod, map.default && typeof map.default === 'object' ? { ...map, ...map.default } : map);
  process.on('unhandledRejection', () => {});
  parentPort.on('message', async ({ i, k }) => {
    let reason = null;
    try {
      const act = await execute(engine, k);
      const how = { ordered: k.ordered !== false && !workerData.unordered, strict: workerData.strict };
      reason = compare(k.expect, act, how);
      if (reason && (k.alt ?? []).some(e => compare(e, act, how) === null)) reason = null;
    } catch (e) { reason = `harness error: ${e?.stack ?? e}`; }
    parentPort.postMessage({ i, reason });
  });
  parentPort.postMessage({ ready: true });
} else {
  const argv = process.argv.slice(2);
  const opt = { timeout: 20000, jobs: Math.max(1, Math.min(8, availableParallelism())), maxFailures: 40 };
  const pos = [];
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i];
    const val = () => argv[++i];
    if (a === '--adapter') opt.adapter = val();
    else if (a === '--corpus') opt.corpus = val();
    else if (a === '--answers') opt.answers = val();
    else if (a === '--topic') opt.topic = new RegExp(val());
    else if (a === '--id') opt.id = new RegExp(val());
    else if (a === '--timeout') opt.timeout = Number(val());
    else if (a === '--jobs') opt.jobs = Number(val());
    else if (a === '--json') opt.json = val();
    else if (a === '--max-failures') opt.maxFailures = Number(val());
    else if (a === '--unordered') opt.unordered = true;
    else if (a === '--strict') opt.strict = true;
    else if (a === '--quirks') opt.quirks = true;
    else if (a === '--verbose') opt.verbose = true;
    else if (a.startsWith('--')) { console.error(`unknown option ${a}`); process.exit(2); } else pos.push(a);
  }
  if (pos.length !== 1) { console.error('usage: node run.mjs ENGINE [options]   (see README.md)'); process.exit(2); }
  const dir = opt.corpus ? resolve(process.cwd(), opt.corpus) : HERE;
  const caseDir = existsSync(join(dir, 'cases')) ? join(dir, 'cases') : dir;
  let cases = readdirSync(caseDir).filter(f => f.endsWith('.json')).sort().flatMap(f => JSON.parse(readFileSync(join(caseDir, f), 'utf8')));
  cases = cases.filter(c => (!opt.topic || opt.topic.test(c.topic)) && (!opt.id || opt.id.test(c.id)) && (opt.quirks || !c.quirk));

  if (opt.answers) cases = withAnswers(cases, JSON.parse(readFileSync(resolve(process.cwd(), opt.answers), 'utf8')));

  const results = new Array(cases.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(opt.jobs, Math.max(1, cases.length)) }, () => new Promise(done => {
    let worker; let timer; let current = -1;
    const start = () => {
      worker = new Worker(fileURLToPath(import.meta.url), { workerData: { engine: pos[0], adapter: opt.adapter, unordered: opt.unordered, strict: opt.strict } });
      worker.on('message', m => {
        if (m.ready) return feed();
        if (m.i !== current) return undefined;
        clearTimeout(timer); results[current] = m.reason; return feed();
      });
      worker.on('error', e => { clearTimeout(timer); if (current >= 0) { results[current] = `worker crashed: ${e?.message ?? e}`; current = -1; start(); } else { console.error(e); process.exit(2); } });
    };
    const feed = () => {
      if (next >= cases.length) { current = -1; worker.terminate().then(done); return; }
      current = next++;
      timer = setTimeout(() => {
        results[current] = `timeout after ${opt.timeout} ms`; current = -1;
        worker.removeAllListeners(); worker.on('error', () => {}); worker.terminate().then(start);
      }, cases[current].slow ? opt.timeout * 5 : opt.timeout);
      worker.postMessage({ i: current, k: cases[current] });
    };
    start();
  })));

  const topics = new Map();
  const failures = [];
  cases.forEach((c, i) => {
    const t = topics.get(c.topic) ?? { passed: 0, failed: 0 };
    if (results[i] === null) t.passed++; else { t.failed++; failures.push({ id: c.id, topic: c.topic, quirk: c.quirk, reason: results[i] }); }
    topics.set(c.topic, t);
  });
  for (const f of opt.verbose ? failures : failures.slice(0, opt.maxFailures)) console.log(`FAIL ${f.id}${f.quirk ? ' [quirk]' : ''}: ${f.reason}`);
  if (!opt.verbose && failures.length > opt.maxFailures) console.log(`... and ${failures.length - opt.maxFailures} more failures`);
  if (failures.length) console.log('');
  for (const [t, n] of [...topics].sort()) console.log(`${t.padEnd(24)} ${String(n.passed).padStart(5)} passed ${String(n.failed).padStart(5)} failed`);
  const passed = cases.length - failures.length;
  if (opt.json) writeFileSync(opt.json, JSON.stringify({ passed, failed: failures.length, topics: Object.fromEntries(topics), failures }, null, 1));
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}
