import { findDialect } from '../dialect/dialect.js';
import { addMessages } from '../diagnostics/messages.js';
import { Source } from '../diagnostics/source.js';
import { textOf } from '../diagnostics/span.js';
import { Authorizer } from '../authorization/authorizer.js';
import { DecisionContext, DecisionEngine } from '../authorization/decision-engine.js';
import { loadPolicySync } from '../authorization/loaded-policy.js';
import type { AuthorizerOptions } from '../authorization/options.js';
import { limitsOf } from '../authorization/validate-options.js';
import { closures } from '../engine/backends/closures/closures.js';
import { QueryRun } from '../engine/query/query-run.js';
import { textReader, type NamedPolicy } from '../policy/policy-source.js';
import { PlainTypeTable, type Declarations } from '../types/plain-type-table.js';

addMessages();

export interface InlineQuery {
  /** The text of the query, without `?=` and `;`. */
  readonly text: string;
  /** Returns whether the query has an answer. */
  holds(): Promise<boolean>;
}

/** The names and classes of types are not checked, as in the library whose API a package has. */
const asGiven: Declarations = {
  checkName: () => {},
  check: (_name, input) => input as object,
  link: () => {},
  acceptsAliases: true,
};

/** An authorizer that loads texts at once, and that leaves it to its caller to run the inline queries. */
export class SyncAuthorizer extends Authorizer {
  /**
   * Loads the texts of a policy.
   *
   * @throws {PolicyError} with every error of every text
   */
  static loadSync(
    sources: readonly (string | NamedPolicy)[],
    { types, constants, limits: given, ...options }: Omit<AuthorizerOptions, 'policies'>,
  ): SyncAuthorizer {
    const all: AuthorizerOptions = { ...options, policies: sources };
    const limits = limitsOf(given);
    const table = new PlainTypeTable(types, constants, asGiven, findDialect(options.dialect));
    const loading = { options: all, types: table, limits, reader: textReader };
    const authorizer = new this({ loading, deciding: new DecisionContext(all, limits) });
    const texts = sources.map((each) =>
      typeof each === 'string' ? new Source(each) : new Source(each.source, each.name),
    );
    const loaded = loadPolicySync(texts, loading, closures);
    authorizer.use(loaded, DecisionEngine);
    authorizer.#inlineQueries = loaded.context.program.inlineQueries.map((query) => ({
      text: textOf(query.span),
      async holds() {
        const run = new QueryRun(loaded.context, query, new Map(), {
          limits,
          signal: undefined,
          acceptExpression: false,
        });
        try {
          return await run.next();
        } finally {
          run.dispose();
        }
      },
    }));
    return authorizer;
  }

  #inlineQueries: readonly InlineQuery[] = [];

  /** The inline queries of the policy, in the order of the texts. */
  get inlineQueries(): readonly InlineQuery[] {
    return this.#inlineQueries;
  }
}
