const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(' or ');

/** Names the rules that a message is about: those for one action, those of another predicate, or all. */
const rulesFor = ({ rule, action }: { rule: string; action: string | undefined }): string =>
  action !== undefined
    ? `the rules for ${JSON.stringify(action)}`
    : rule === 'allow'
      ? 'the rules'
      : `the rules of ${rule}`;

/**
 * The warnings about a denial that a mistake in the call has probably caused, and about data that a check compares. They appear outside
 * production, once for each place.
 */
export const denialCodes = {
  POLAR_DENIED_UNTYPED: (p: {
    /** The queried rule: `allow`, `allow_field` or `allow_request`. */
    rule: string;
    argument: 'actor' | 'resource' | 'request';
    /** The action; undefined when all actions were queried. */
    action: string | undefined;
    found: string;
    /** The names of the expected types. */
    expected: string;
    advice: string;
  }) => `denied: the ${p.argument} is ${p.found}; ${rulesFor(p)} expect ${p.expected}; ${p.advice}`,
  POLAR_DENIED_NOT_AWAITED: (p: { action: string }) =>
    `can(actor, ${JSON.stringify(p.action)}, …) was denied, but its promise was not awaited; a promise is always true in a condition: write \`if (await authorizer.can(…))\``,
  POLAR_DENIED_UNKNOWN_ACTION: (p: {
    action: string;
    /** Actions that a rule can allow, with a similar name. */
    near: readonly string[];
    /** Actions that a rule can allow. */
    known: readonly string[];
  }) =>
    `denied: no rule can allow ${JSON.stringify(p.action)}; ${
      p.near.length > 0 ? `did you mean ${quoted(p.near)}?` : `the rules can allow ${quoted(p.known)}`
    }`,
  POLAR_DENIED_ACTION: (p: { found: string; advice: string }) =>
    `denied: the action must be a string such as "read", found ${p.found}; ${p.advice}`,
  POLAR_DENIED_ARGUMENT_ORDER: (p: { given: string }) =>
    `denied: the arguments are in the wrong order: ${p.given}; the order is (actor, action, resource)`,
  POLAR_DATA_DIFFERENT_KINDS: (p: { expression: string; left: string; right: string }) =>
    `\`${p.expression}\` compares ${p.left} and ${p.right} that look the same, but values of different types are never equal; convert one of them where it is loaded, and declare the types of both fields`,
} as const satisfies Record<string, (data: never) => string>;
