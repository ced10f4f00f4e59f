import { errorKind } from '@nanook/core/internal';

// Errors caused by how an application uses this package. An error that all adapters share is an `AuthorizationConfigError` of http.

/** A mistake that the audit found, and its place. */
export interface AuditFinding {
  readonly code: string;
  /** The mistake, and the code to write instead. */
  readonly message: string;
  /** `Class.method`; `undefined` for a finding that concerns no handler. */
  readonly handler: string | undefined;
  readonly routes: readonly string[];
  readonly location: string | undefined;
}

const enhancers = `fieldResolverEnhancers: ['guards', 'interceptors']`;

const texts = {
  NANOOK_NEST_INVALID_OPTION: (p: { option: string; reason: string }) => `option \`${p.option}\` ${p.reason}`,
  NANOOK_NEST_NO_OPTIONS: (p: { example: string }) =>
    `NanookModule has no options. Import it with options in the root module: ${p.example}`,
  NANOOK_NEST_INVALID_DECORATOR: (p: { decorator: string; reason: string }) => `${p.decorator} ${p.reason}`,
  NANOOK_NEST_NO_MODULE: (p: { handler: string }) =>
    `${p.handler} has a requirement, but the application has no NanookModule to check it, so every call is refused. ` +
    `Import NanookModule.forRoot({ … }) in the root module; in a test, import it beside the module under test`,
  NANOOK_NEST_CONFLICTING_REQUIREMENTS: (p: { handler: string }) =>
    `${p.handler} has @SkipAuthorization beside another requirement; keep one of them`,
  NANOOK_NEST_LOST_REQUIREMENT: (p: { handler: string }) =>
    `${p.handler} lost its requirements, because another function replaced the decorated method. Repeat them on a method that ` +
    `overrides the decorated one, write them above a decorator that replaces the method, and do not bind the method in a constructor`,
  NANOOK_NEST_NO_LOADER: (p: { handler: string; action: string; type: string }) =>
    `${p.handler} authorizes "${p.action}" on one ${p.type}, but no provider loads it. Provide a class with ` +
    `@ResourceLoader(${p.type}), or authorize the action on the type itself: { id: false }`,
  NANOOK_NEST_DUPLICATE_LOADER: (p: { type: string; first: string; second: string }) =>
    `${p.first} and ${p.second} both load ${p.type}; keep one, or name one of them in @Authorize`,
  NANOOK_NEST_INVALID_LOADER: (p: { loader: string; reason: string }) => `${p.loader} ${p.reason}`,
  NANOOK_NEST_NO_ID: (p: {
    handler: string;
    path: string;
    type: string;
    /** The first names of paths that the handler can have. */
    roots: readonly string[];
  }) => {
    const [root = ''] = p.path.split('.');
    const wrong = p.roots.includes(root)
      ? `its ${root === 'args' ? 'resolver has no such argument' : 'route has no such parameter'}; give the path of the id: { id: '${root}.…' }`
      : `its paths start with ${p.roots.map((name) => `\`${name}\``).join(' or ')}; give the path of the id: { id: '${p.roots[0]}.…' }`;
    return `${p.handler} expects the id of a ${p.type} at \`${p.path}\`, but ${wrong}`;
  },
  NANOOK_NEST_NO_ACTION: (p: { handler: string; method: string }) =>
    `${p.handler} has no action, and ${p.method} has no default action; write one: @Authorize('read', …)`,
  NANOOK_NEST_NO_AUTHORIZATION: (p: { caller: string; handler: string }) =>
    `${p.caller} in ${p.handler} needs the AuthorizationGuard, but the guard did not run before it`,
  NANOOK_NEST_UNCHECKED_INPUT: (_: object) =>
    `the body of the request was parsed or replaced after the guards ran, so no guard checked its fields for @AuthorizedInput(). ` +
    `Parse every body in middleware, including multipart bodies, and do not replace it in an interceptor`,
  NANOOK_NEST_INPUT_WITHOUT_RESOURCE: (p: { handler: string }) =>
    `${p.handler} has @AuthorizedInput(), but no @Authorize that loads the resource; add one: @Authorize('update', …)`,
  NANOOK_NEST_RESOURCE_WITHOUT_REQUIREMENT: (p: {
    handler: string;
    position: number | undefined;
    count: number;
  }) =>
    `${p.handler} has @AuthorizedResource(${p.position ?? ''}), but ${
      p.count === 0 ? 'no @Authorize that loads a resource' : `only ${p.count} @Authorize`
    }; add one: @Authorize('read', …)`,
  NANOOK_NEST_NO_RESULT: (p: { handler: string; field: string }) =>
    `the result of ${p.handler} has no field \`${p.field}\`; give the path of its resources: { at: '…' }`,
  NANOOK_NEST_UNSEEN_RESULT: (p: { handler: string }) =>
    `${p.handler} writes the response itself, so its result cannot be authorized. Return the result; if the handler needs the ` +
    `response, use @Res({ passthrough: true })`,
  NANOOK_NEST_BYPASSED_RESULT: (p: { handler: string }) =>
    `@AuthorizeResult() or @AuthorizedFields() of ${p.handler} did not run, because an interceptor answered without calling the handler, ` +
    `so the answer was withheld. Write that interceptor above the decorator, where it is closer to the handler: there, a cache keeps ` +
    `the result before it is authorized`,
  NANOOK_NEST_UNKNOWN_CONTEXT: (p: { kind: string; handler: string }) =>
    `${p.handler} is called in an unsupported execution context, '${p.kind}', so its actor cannot be determined; call ` +
    `authorizer.authorize(…) in the handler`,
  NANOOK_NEST_NO_RESOURCE: (p: { handler: string; found: string }) =>
    `${p.handler} returned ${p.found}, which is not a resource; give the path of its resources: { at: '…' }`,
  NANOOK_NEST_UNGUARDED_FIELD: (p: { handler: string; missing: string }) =>
    `${p.handler} has a requirement, but Nest resolves fields without ${p.missing}, so it would not be checked. Add to the options of ` +
    `GraphQLModule: ${enhancers}`,
  NANOOK_NEST_REPLACED_FIELD: (p: { field: string; replaced: string }) =>
    `a loader in the options of Mercurius resolves ${p.field} and replaces ${p.replaced} of the field, so the check would not run. ` +
    `Remove the loader and resolve the field with @ResolveField(); to load in batches, write a @ResourceLoader with \`loadMany\``,
  NANOOK_NEST_UNPARSED_BODY: (p: { handler: string; path: string }) =>
    `${p.handler} returned 404, because it takes the id of its resource from \`${p.path}\`, and a multipart body is not parsed yet ` +
    `when guards run. Put the id into the path, or parse the form in middleware`,
  NANOOK_NEST_SHARED_CONTEXT: (_: object) =>
    `requests share one GraphQL context, so the actor of a request cannot be determined. Give GraphQLModule a function that creates ` +
    `a context for each request: context: (…) => ({ … })`,
  NANOOK_NEST_NO_METADATA: (p: { class: string; count: number }) =>
    `${p.class} has ${p.count === 1 ? 'a constructor parameter' : `${p.count} constructor parameters`} without types, so Nest would ` +
    `create it without its dependencies. Compile it with \`experimentalDecorators\` and \`emitDecoratorMetadata\`, or write @Inject(…) ` +
    `before each parameter`,
  NANOOK_NEST_AUDIT_FAILED: (p: { findings: readonly AuditFinding[]; table: string }) =>
    `the authorization audit failed, so the application cannot start:\n\n${p.table}\n`,
  NANOOK_NEST_NO_REQUIREMENT: (p: { handler: string }) =>
    `${p.handler} has no requirement. Authorize it, @Authorize('read', …), or skip it with a reason, @SkipAuthorization('…')`,
  NANOOK_NEST_UNGUARDED: (p: { handler: string }) =>
    `the requirements of ${p.handler} were not checked, so the call is refused: Nest did not instantiate the guard of its ` +
    `decorators. Provide the class itself in \`controllers\` or \`providers\`, or add @UseGuards(AuthorizationGuard)`,
  NANOOK_NEST_SHARED_CACHE: (p: {
    handler: string;
    cache: string;
    /** Whether the cache keeps the authorized result, and not a result that depends on the actor. */
    isAuthorized: boolean;
  }) =>
    p.isAuthorized
      ? `${p.cache} caches the result of ${p.handler} after it is authorized, so that it would return it without a check. Write the cache ` +
        `above @AuthorizeResult and @AuthorizedFields, where it caches the result before it is authorized`
      : `${p.cache} caches the result of ${p.handler} for one actor and returns it to others. Give it a \`trackBy(context)\` that puts ` +
        `the actor into the key`,
  NANOOK_NEST_UNREACHED_REQUIREMENT: (p: { handler: string }) =>
    `${p.handler} has an authorization decorator, but it is not a request or message handler, so no guard runs for it. Check in the ` +
    `method instead: inject AuthorizationService and call authorizeConnection(…) in the handleConnection of a gateway; elsewhere, ` +
    `inject Authorizer and call authorize(…)`,
  NANOOK_NEST_NOT_GRANTABLE: (p: {
    handler: string;
    action: string;
    type: string;
    resource: 'instance' | 'type';
    /** Similar actions that a rule can grant. */
    near: readonly string[];
  }) =>
    `${p.handler} authorizes "${p.action}" on ${p.resource === 'type' ? `the type ${p.type}` : `one ${p.type}`}, ` +
    `but no rule of the policy can grant that; ` +
    (p.near.length > 0
      ? `did you mean ${p.near.map((name) => JSON.stringify(name)).join(' or ')}?`
      : `correct the action, or add a rule`),
  NANOOK_NEST_UNKNOWN_TYPE: (p: { handler: string; type: string }) =>
    `${p.handler} authorizes on ${p.type}, which is not a type of the policy; add it to \`types\`, or add @PolarType() to the class`,
  NANOOK_NEST_NO_REQUEST_RULE: (p: { handler: string }) =>
    `${p.handler} has @AuthorizeRequest(), but the policy has no rule allow_request(actor, request); add one`,
  NANOOK_NEST_NO_FIELD_RULE: (p: { handler: string }) =>
    `${p.handler} has @AuthorizedFields(), but the policy has no rule allow_field(actor, action, resource, field); add one`,
  NANOOK_NEST_UNUSED_EXCLUSION: (p: { class: string }) =>
    `\`exclude\` names ${p.class}, which has no handlers in this application; remove the entry`,
  NANOOK_NEST_AMBIGUOUS_EXCLUSION: (p: { name: string; classes: readonly string[] }) =>
    `\`exclude\` names ${p.name}, but ${p.classes.length} classes have that name: ${p.classes.join(', ')}; give the class instead of ` +
    `its name`,
  NANOOK_NEST_DUPLICATE_TYPE: (p: { name: string; first: string; second: string }) =>
    `two classes are @PolarType('${p.name}'): ${p.first} and ${p.second}; rename one, or register one of them in \`types\``,
  NANOOK_NEST_MANUAL_WITHOUT_GUARD: (_: object) =>
    `option \`guard: 'manual'\` has no effect, because no handler has a guard that could run before the AuthorizationGuard. Write the guard ` +
    `that sets the user with @UseGuards, or remove the option`,
  NANOOK_NEST_TEST_IN_PRODUCTION: (_: object) =>
    `NanookTestingModule.allowAll() allows every action, so the application does not start with NODE_ENV=production. Import it only in tests`,
  NANOOK_NEST_NO_ACTOR: (p: {
    /** Whether `authenticate` lists guards for the transport of the request. */
    hasGuards: boolean;
  }) =>
    `the actor is anonymous, because \`request.user\` is not set. ${
      p.hasGuards
        ? 'The guards of `authenticate` have run and did not set it: let one of them set it'
        : 'The guard that sets it must run before the AuthorizationGuard, and guards of a controller run after global guards: list it in ' +
          '`authenticate`'
    }, or return the actor from the option \`actor\``,
};

export type NanookNestErrorCode = keyof typeof texts;
export type NanookNestErrorData<C extends NanookNestErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/nestjs/NanookNestError', texts);

/**
 * A mistake in how the application uses this package.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookNestError}.
 */
export class NanookNestError<C extends NanookNestErrorCode = NanookNestErrorCode> extends kind.Base<C> {}

/**
 * Returns whether an error is a {@link NanookNestError}, also one from another copy of this package.
 *
 * @param error any value, such as the reason of a failed start
 * @example
 * if (isNanookNestError(error) && error.code === 'NANOOK_NEST_AUDIT_FAILED') console.error(error.message);
 */
export const isNanookNestError = (error: unknown): error is NanookNestError => kind.includes(error);

/** Returns the message of a code, for an error or a log. */
export const errorText = kind.textOf;
