import { Workspace } from '@nanook/analysis';
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { commit, load, machine } from '../machine.ts';
import { cpuTime, elapsedTime } from '../measure.ts';
import type { Options } from '../options.ts';
import { Random } from '../random.ts';
import { keysIn } from './keys.ts';
import { editKinds, type EditCell, type EditKind, type EditorResults } from './results.ts';
import { editorWorld, type EditorWorld } from './world.ts';

/** Copies of GitClub's policy with 10,000 lines in all. */
const copies = 73;

function openWorkspace({ texts, types }: EditorWorld): Workspace {
  const workspace = new Workspace({ types });
  for (const [name, text] of texts) workspace.update(name, text);
  return workspace;
}

/** Compares the findings after each key with those of a new workspace, and returns the number of keys. */
export function verifyKeys(world: EditorWorld, groups: number): number {
  const workspace = openWorkspace(world);
  let keys = 0;
  for (const { file, text } of keysIn(world.texts, groups, new Random(1))) {
    workspace.update(file, text);
    const fresh = openWorkspace({ ...world, texts: new Map([...world.texts, [file, text]]) });
    assert.deepEqual(workspace.allDiagnostics(), fresh.allDiagnostics(), `after a key in ${file}: ${text}`);
    keys++;
  }
  return keys;
}

/** Measures the time from each key to the findings of all files. */
export function measureKeys(workspace: Workspace, world: EditorWorld, groups: number, now: () => number) {
  const times = new Map<EditKind, number[]>(editKinds.map((kind) => [kind, []]));
  for (const { kind, file, text } of keysIn(world.texts, groups, new Random(2))) {
    const before = now();
    workspace.update(file, text);
    workspace.allDiagnostics();
    times.get(kind)!.push(now() - before);
  }
  return times;
}

/** Returns the figures of a list of times. */
export function percentiles(times: readonly number[]): Omit<EditCell, 'kind'> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  return { keys: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

export function measureEditor({ quick, cpu }: Options): EditorResults {
  const before = load();
  process.stderr.write('editor: verifying the findings after each key\n');
  const verified = verifyKeys(editorWorld(3), 1);
  const now = cpu ? cpuTime : elapsedTime;
  const world = editorWorld(copies);
  const started = now();
  const workspace = openWorkspace(world);
  workspace.allDiagnostics();
  const firstMs = now() - started;
  process.stderr.write('editor: measuring\n');
  measureKeys(workspace, world, 1, now); // warm up
  const times = measureKeys(workspace, world, quick ? 2 : 10, now);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const build = commit();
  return {
    at: new Date().toISOString(),
    quick,
    cpu,
    machine: machine(),
    ...(build === undefined ? {} : { build }),
    load: [before, load()],
    lines: [...world.texts.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0),
    files: world.texts.size,
    types: Object.keys(world.types).length,
    verified,
    firstMs,
    cells: [...times].map(([kind, all]) => ({ kind, ...percentiles(all) })),
    all: percentiles([...times.values()].flat()),
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
  };
}
