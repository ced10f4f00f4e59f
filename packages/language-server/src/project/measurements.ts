import type { MeasuredPart, Measurements } from '@nanook/analysis';
import { digestOf } from '@nanook/cli/project';
import { Source } from '@nanook/core/syntax';

/** The results of commands about the policies of a project, as they print them with `--json`. A client sends them after a run. */
export interface MeasurementParams {
  /** The URI of the folder of the project. */
  readonly uri: string;
  /** `coverage` of `nanook test --coverage --json`. */
  readonly coverage?: CoverageResult;
  /** The output of `nanook audit --json`. */
  readonly audit?: AuditResult;
}

/** A place in a policy. The line is 1-based; the column, too, in code points. */
interface ResultPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The SHA-256 of the text of each policy at the run. */
type Digests = Readonly<Record<string, string>>;

interface CoverageResult {
  readonly policies: Digests;
  readonly rules: readonly (ResultPlace & {
    readonly uncovered: number;
    readonly tests: readonly { readonly file: string; readonly name: string }[];
  })[];
  readonly roles: readonly (ResultPlace & { readonly held: number })[];
}

interface AuditResult {
  readonly policies: Digests;
  readonly routes: readonly {
    readonly method: string;
    readonly path: string;
    readonly rules: readonly { readonly file?: string; readonly line: number }[];
  }[];
}

/** Numbers of runs with the present texts. Their owner drops them when a text changes. */
export class RunMeasurements implements Measurements {
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #parts = new Map<string, MeasuredPart>();
  /** The routes of the rules that begin on a line; undefined before an audit. */
  #routes: ReadonlyMap<string, readonly string[]> | undefined;

  /** @param texts the present texts by the name of their file */
  constructor(texts: ReadonlyMap<string, string>) {
    this.#sources = new Map([...texts].map(([name, text]) => [name, new Source(text, name)]));
  }

  /** Adds the results that are about these texts, and ignores others. Returns whether one was added. */
  add({ coverage, audit }: MeasurementParams): boolean {
    const isCovered = coverage !== undefined && this.#isAbout(coverage.policies);
    if (isCovered) this.#setCoverage(coverage);
    const isAudited = audit !== undefined && this.#isAbout(audit.policies);
    if (isAudited) this.#setRoutes(audit);
    return isCovered || isAudited;
  }

  at(file: string, start: number): MeasuredPart | undefined {
    const position = this.#sources.get(file)?.positionAt(start);
    if (position === undefined) return undefined;
    const part = this.#parts.get(keyOf(file, position.line, position.column));
    if (this.#routes === undefined) return part;
    return { ...part, routes: this.#routes.get(keyOf(file, position.line)) ?? [] };
  }

  #isAbout(digests: Digests): boolean {
    return (
      this.#sources.size === Object.keys(digests).length &&
      [...this.#sources].every(([name, { text }]) => digests[name] === digestOf(text))
    );
  }

  #setCoverage({ rules, roles }: CoverageResult): void {
    this.#parts.clear();
    for (const { file, line, column, uncovered, tests } of rules)
      this.#parts.set(keyOf(file, line, column), {
        uncovered,
        tests: tests.map((test) => `${test.file} ${test.name}`),
      });
    for (const { file, line, column, held } of roles)
      this.#parts.set(keyOf(file, line, column), { uncovered: held === 0 ? 1 : 0 });
  }

  #setRoutes({ routes }: AuditResult): void {
    const found = new Map<string, string[]>();
    for (const { method, path, rules } of routes)
      for (const { file = '', line } of rules) {
        const key = keyOf(file, line);
        found.set(key, [...(found.get(key) ?? []), `${method} ${path}`]);
      }
    this.#routes = found;
  }
}

const keyOf = (file: string, ...place: readonly number[]): string => `${place.join(':')} ${file}`;
