import { findDialect, type DialectOptions } from '../dialect/dialect.js';
import { dialectCodes } from '../authorization/dialect-codes.js';
import { rowFactSources } from '../policy/row-facts.js';
import { addMessages } from '../diagnostics/messages.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { Source } from '../diagnostics/source.js';
import { textOf, type Span } from '../diagnostics/span.js';
import { Authorizer } from '../authorization/authorizer.js';
import { DecisionContext, DecisionEngine } from '../authorization/decision-engine.js';
import { loadPolicySync, type EngineHooks } from '../authorization/loaded-policy.js';
import type { AuthorizerOptions } from '../authorization/options.js';
import { limitsOf } from '../authorization/limits-of.js';
import { closures } from '../engine/backends/closures/closures.js';
import { compile, CompiledPolicy } from '../engine/compiled/compiled-policy.js';
import { QueryRun } from '../engine/query/query-run.js';
import { textReader, type NamedPolicy } from '../policy/policy-source.js';
import type { Declarations } from '../types/plain-type-table.js';
import { TypeTable } from '../types/type-table.js';

addMessages();

export interface InlineQuery {
  /** The text of the query, without `?=` and `;`. */
  readonly text: string;
  readonly span: Span;
  /** Returns whether the query has an answer. */
  holds(): Promise<boolean>;
}

/** The names and classes of types are not checked, as in the library whose API a package has. */
const asGiven: Declarations = {
  check: (_name, input) => input as object,
  link: () => {},
  defersPredicateErrors: true,
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
    dialect: DialectOptions = {},
    hooks: EngineHooks = {},
  ): SyncAuthorizer {
    const all: AuthorizerOptions = { ...options, policies: sources };
    const limits = limitsOf(given);
    const table = new TypeTable(types, constants, findDialect(dialect), asGiven);
    const loading = {
      options: all,
      types: table,
      limits,
      reader: textReader,
      compiler: { compile, CompiledPolicy },
    };
    const authorizer = new this({ loading, deciding: new DecisionContext(all, limits) });
    const texts = sources.map((each) =>
      typeof each === 'string' ? new Source(each) : new Source(each.source, each.name),
    );
    const loaded = loadPolicySync(texts, loading, { closures, dialectCodes, rowFactSources }, hooks);
    authorizer.use(loaded, DecisionEngine);
    authorizer.#types = table;
    authorizer.#inlineQueries = loaded.context.program.inlineQueries.map((query) => ({
      text: textOf(query.span),
      span: query.span,
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

  /**
   * Decides a rule with its arguments.
   *
   * @returns a promise if an argument or a value is one
   * @throws {PolarError} for a rule that does not exist
   */
  check(
    rule: 'allow' | 'allow_field' | 'allow_request',
    args: readonly [unknown, unknown, unknown?, unknown?],
  ): boolean | Promise<boolean> {
    if (!this.policy.hasRule(rule))
      throw new PolarError('POLAR_RUN_UNDEFINED_RULE', { name: rule, known: [] });
    return this.decider.check(rule, args, undefined);
  }

  /** Returns whether a name is a type or a constant. */
  hasConstant(name: string): boolean {
    return this.#types.hasConstant(name);
  }

  #types: TypeTable = undefined as never;
  #inlineQueries: readonly InlineQuery[] = [];

  /** The inline queries of the policy, in the order of the texts. */
  get inlineQueries(): readonly InlineQuery[] {
    return this.#inlineQueries;
  }
}
