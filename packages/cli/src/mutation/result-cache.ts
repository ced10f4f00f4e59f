import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse, print, type TestNode } from '@nanook/core/syntax';
import { manifest } from '../manifest.js';
import { writeOutput } from '../output/write-output.js';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { writableValue } from '../values/writable-value.js';
import type { MutantResult, StoredResult } from './mutant-result.js';

interface CacheFile {
  /** The hash of all that the results depend on, except the tests. */
  readonly key: string;
  /** The hashes of the tests that ran. */
  readonly tests: readonly string[];
  readonly results: readonly StoredResult[];
}

/** A result that can be used again, or the tests that need not run again. */
export type Known =
  | { readonly result: StoredResult }
  | { readonly result: undefined; readonly passed: ReadonlySet<number> };

/**
 * The results of an earlier run. They hold as long as the rules, the fixtures and the configuration are the same. A mutant that was killed
 * stays killed while the test that killed it is the same. For another mutant, only new and changed tests run.
 */
export class ResultCache {
  readonly #tests: readonly string[];
  readonly #key: string;
  #before: CacheFile | undefined;

  private constructor(
    readonly file: string,
    project: Project,
    fixtures: Fixtures,
    tests: readonly TestNode[],
  ) {
    this.#tests = tests.map((test) => hashOf(print(test)));
    this.#key = keyOf(project, fixtures);
  }

  /** Reads a file. A file that is missing or not readable counts as empty. */
  static async read(
    file: string,
    project: Project,
    fixtures: Fixtures,
    tests: readonly TestNode[],
  ): Promise<ResultCache> {
    const cache = new ResultCache(file, project, fixtures, tests);
    try {
      const before = JSON.parse(await readFile(file, 'utf8')) as CacheFile;
      if (before.key === cache.#key) cache.#before = before;
    } catch {
      // The first run.
    }
    return cache;
  }

  find(id: string): Known {
    const nothing = { result: undefined, passed: new Set<number>() };
    const before = this.#before;
    const result = before?.results.find((one) => one.id === id);
    if (before === undefined || result === undefined) return nothing;
    if (result.status === 'error') return { result };
    const positionOf = (index: number): number => this.#tests.indexOf(before.tests[index] ?? '');
    const coveredBy = result.coveredBy.map(positionOf).filter((index) => index !== -1);
    if (result.killedBy !== undefined) {
      const killedBy = positionOf(result.killedBy);
      return killedBy === -1 ? nothing : { result: { ...result, killedBy, coveredBy } };
    }
    const known = new Set(before.tests);
    const passed = new Set(this.#tests.flatMap((hash, i) => (known.has(hash) ? [i] : [])));
    if (passed.size < this.#tests.length) return { result: undefined, passed };
    return { result: { ...result, coveredBy } };
  }

  async write(results: readonly MutantResult[]): Promise<void> {
    const content: CacheFile = {
      key: this.#key,
      tests: this.#tests,
      results: results.map(({ mutant, ...result }) => ({ ...result, id: mutant.id })),
    };
    await writeOutput(this.file, `${JSON.stringify(content)}\n`);
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function keyOf({ policies, config, types }: Project, fixtures: Fixtures): string {
  const rules = policies.map((policy) => [
    policy.name,
    parse(policy)
      .policy.statements.filter(({ kind }) => kind !== 'test')
      .map(print),
  ]);
  const { fixtures: _, policies: _policies, ...options } = config;
  return hashOf(JSON.stringify([manifest.version, rules, plain(fixtures), plain(types), plain(options)]));
}

/** Returns data without functions and classes, which count by their names. */
const plain = (value: object): unknown =>
  writableValue(
    Object.fromEntries(
      Object.entries(value).map(([name, inner]: [string, unknown]) => [
        name,
        typeof inner === 'function' ? inner.name : inner,
      ]),
    ),
  );
