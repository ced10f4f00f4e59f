/**
 * The modules that an application loads when it first needs them. A bundle with code splitting starts without them. Only the files
 * `on-demand.ts` contain `import()`: this one, and those for Node and for policies that were compiled ahead of time. Their functions run
 * after an `await`, so no synchronous method may need a module that `load` has not imported.
 */
export const onDemand = {
  /** Needed by each load: the types, the parser, the policy checks and the machine. */
  loader: () => import('./loader.js'),
  /** Needed after some checks, and by `warmUp`. */
  compiler: () => import('../engine/compiled/compiled-policy.js'),
  /** Needed by each load outside production. */
  denialWarnings: () => import('./denial-warnings.js'),
  /** Needed by each load with types whose rows are facts. */
  rowFacts: () => import('../policy/row-facts.js'),
  /** Needed by each load of a policy in one of these dialects. */
  dialects: {
    nanook: undefined,
    oso: () => import('../dialect/oso/oso-code.js'),
    'oso-cloud': () => import('../dialect/oso-cloud/oso-cloud-code.js'),
  },
  /** Needed with the compiler where the platform forbids code from strings. */
  closures: () => import('../engine/backends/closures/closures.js'),
  /** Needed by `where`. */
  where: () => import('../partial/where.js'),
  /** Needed by `list` and `count`. */
  resourceLists: () => import('./resource-lists.js'),
  /** Needed by `relationsFor`. */
  readRelations: () => import('./relations-for.js'),
  /** Needed by `whoCan` and `whatCan`. */
  whoCan: () => import('./who-can.js'),
  /** Needed by `explain`. */
  explanation: () => import('../explanation/explain-query.js'),
  /** Needed by `profile`. */
  profile: () => import('../profile/profile-checks.js'),
  /** Needed by `explainWhere`. */
  whereExplanation: () => import('./where-explanation.js'),
};
