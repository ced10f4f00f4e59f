import type { FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { Authorizer as TextAuthorizer } from '../authorization/authorizer.js';
import { createParts } from '../authorization/authorizer-parts.js';
import { DecisionEngine } from '../authorization/decision-engine.js';
import { denialWarnings } from '../authorization/denial-warnings.js';
import { loadPolicyNow, type QueryInspector } from '../authorization/loaded-policy.js';
import type { AuthorizerOptions } from '../authorization/options.js';
import { dialectCodes } from '../authorization/dialect-codes.js';
import { rowFactSources } from '../policy/row-facts.js';
import { closures } from '../engine/backends/closures/closures.js';
import { compile, CompiledPolicy } from '../engine/compiled/compiled-policy.js';
import { listOf, type PolicyReader } from '../policy/policy-source.js';
import { fileSystem } from './file-system.js';
import { basesOf } from './glob.js';
import { onDemandUnderNode } from './on-demand.js';
import { fileReader, pathOf } from './read-policies.js';

export interface WatchOptions {
  /** Called after each reload that changed the policy. */
  readonly onReload?: (policyHash: string) => void;
  /** Called when the changed files cannot be loaded. The authorizer keeps the old policy. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** A watch on policy files, which `close` ends. */
export interface PolicyWatch {
  close(): void;
}

/** The `Authorizer` for Node, whose policies can also be files and globs. */
export class Authorizer extends TextAuthorizer {
  protected static override readonly reader: PolicyReader = fileReader;
  protected static override readonly compiler = { compile, CompiledPolicy };
  protected static override readonly inspector = async (): Promise<QueryInspector | undefined> => {
    const address = process.env['NANOOK_INSPECT'];
    if (!address) return undefined;
    const { inspectorOfProcess } = await onDemandUnderNode.inspector();
    return inspectorOfProcess(address);
  };

  /**
   * Does what `load` does, without a promise: for applications in CommonJS, which cannot await at the top of a module. Meanwhile, the
   * process does nothing else, so call it when the application starts.
   *
   * No debugger can be attached to its queries: for `NANOOK_INSPECT`, call `load`.
   *
   * @throws the errors of `load`; {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when an inline query meets a promise
   * @example
   * const authorizer = Authorizer.loadSync({ policies: 'policy/*.polar', types: { User, Note } });
   */
  static loadSync<This extends Authorizer>(
    this: { readonly prototype: This } & typeof Authorizer,
    options: AuthorizerOptions,
  ): This {
    const parts = createParts(options, this.reader, this.compiler);
    const authorizer = new this(parts);
    const inputs = listOf(options.policies);
    const modules = { closures, denialWarnings, dialectCodes, rowFactSources };
    authorizer.use(loadPolicyNow(inputs, parts.loading, options.version, modules), DecisionEngine);
    if (process.env['NANOOK_INSPECT'])
      process.stderr.write(
        'Nanook cannot inspect the checks of `Authorizer.loadSync`; to debug them, call `await Authorizer.load(…)`\n',
      );
    return authorizer as This;
  }

  /**
   * Reloads the policy when one of its files changes: for development. Policies that were loaded as text are not watched.
   *
   * @example
   * if (process.env.NODE_ENV === 'development') authorizer.watch();
   */
  watch({ onReload, onError = (error) => console.error(error) }: WatchOptions = {}): PolicyWatch {
    let timer: NodeJS.Timeout | undefined;
    const reload = async (): Promise<void> => {
      const before = this.policy.hash;
      try {
        await this.reload();
        if (this.policy.hash !== before) onReload?.(this.policy.hash);
      } catch (error) {
        onError(error);
      }
    };
    // Editors write a file in several steps, and one reload is enough.
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void reload(), 50);
      timer.unref();
    };
    const paths = this.policyInputs.flatMap((input) => pathOf(input) ?? []);
    const globBases = new Set(paths.flatMap(({ path, isGlob }) => (isGlob ? basesOf(path) : [])));
    const fileFolders = paths.flatMap(({ path, isGlob }) => (isGlob ? [] : [dirname(path)]));
    const folders = new Set([...globBases, ...fileFolders]);
    const watchers: FSWatcher[] = [...folders].map((folder) => {
      const recursive = globBases.has(folder);
      const watcher = fileSystem().watch(folder, { recursive, persistent: false }, (_event, name) => {
        if (name === null || name.endsWith('.polar')) changed();
      });
      watcher.on('error', onError);
      return watcher;
    });
    return {
      close: () => {
        clearTimeout(timer);
        for (const watcher of watchers) watcher.close();
      },
    };
  }
}
