// What is wrong with how the application uses this package. Where a request needs the same words everywhere, the fault is http's.

/** What the audit found, and where. */
export interface AuditFinding {
  readonly code: string;
  /** What is wrong, and what to write instead. */
  readonly message: string;
  /** `Class.method`; `undefined` for what is about no handler. */
  readonly handler: string | undefined;
  readonly routes: readonly string[];
  readonly location: string | undefined;
}

/** Every code, and its text. Codes are public: never renamed, never reused. */
const texts = {
  NANOOK_NEST_INVALID_OPTION: (p: { option: string; reason: string }) => `option \`${p.option}\` ${p.reason}`,
  NANOOK_NEST_INVALID_DECORATOR: (p: { decorator: string; reason: string }) => `${p.decorator} ${p.reason}`,
  NANOOK_NEST_NO_MODULE: (p: { handler: string }) =>
    `${p.handler} carries a requirement, but the application has no NanookModule that checks it, so nothing is let through. ` +
    `Import NanookModule.forRoot({ … }) in the root module; in a test, beside the module under test`,
  NANOOK_NEST_CONFLICTING_RULES: (p: { handler: string }) =>
    `${p.handler} has @SkipAuthorization beside another requirement; keep one of them`,
  NANOOK_NEST_LOST_RULE: (p: { handler: string }) =>
    `${p.handler} is not the method that was decorated, so its rules got lost; repeat them on a method that overrides it, ` +
    `write them above a decorator that replaces it, and bind no handler in a constructor`,
  NANOOK_NEST_NO_LOADER: (p: { handler: string; action: string; type: string }) =>
    `${p.handler} authorizes "${p.action}" on one ${p.type}, but nothing loads it. Provide a class with ` +
    `@ResourceLoader(${p.type}), or ask about the type itself: { id: false }`,
  NANOOK_NEST_DUPLICATE_LOADER: (p: { type: string; first: string; second: string }) =>
    `${p.first} and ${p.second} both load ${p.type}; keep one, or name one of them in @Authorize`,
  NANOOK_NEST_INVALID_LOADER: (p: { loader: string; reason: string }) => `${p.loader} ${p.reason}`,
  NANOOK_NEST_NO_ID: (p: { handler: string; path: string; type: string }) =>
    `${p.handler} finds no id of a ${p.type} at \`${p.path}\`; say where it is: { id: 'params.…' }`,
  NANOOK_NEST_NO_ACTION: (p: { handler: string; method: string }) =>
    `${p.handler} has no action, and none follows from ${p.method}; say which: @Authorize('read', …)`,
  NANOOK_NEST_NO_AUTHORIZATION: (p: { wanted: string; handler: string }) =>
    `${p.wanted} in ${p.handler} needs the AuthorizationGuard before it`,
  NANOOK_NEST_UNCHECKED_INPUT: (_: object) =>
    `the body of the request was parsed or replaced after the guards ran, so no guard checked its fields for @AuthorizedInput(); ` +
    `parse it in middleware, also for multipart, and leave it as it is in interceptors`,
  NANOOK_NEST_INPUT_WITHOUT_RESOURCE: (p: { handler: string }) =>
    `${p.handler} has @AuthorizedInput(), but no @Authorize that says on which resource; add one: @Authorize('update', …)`,
  NANOOK_NEST_NO_RESULT: (p: { handler: string; field: string }) =>
    `${p.handler} returned nothing that has a \`${p.field}\`; say where its resources are: { at: '…' }`,
  NANOOK_NEST_UNSEEN_RESULT: (p: { handler: string }) =>
    `${p.handler} answers by itself, and what it sends is not what it returns; return it, with @Res({ passthrough: true }) where ` +
    `the response is needed`,
  NANOOK_NEST_UNKNOWN_CONTEXT: (p: { kind: string; handler: string }) =>
    `${p.handler} is called in a context of the kind '${p.kind}', of which nothing tells who is asking; ask the policy in it: ` +
    `authorizer.authorize(…)`,
  NANOOK_NEST_NO_RESOURCE: (p: { handler: string; found: string }) =>
    `${p.handler} returned ${p.found}, which is no resource; say where its resources are: { at: '…' }`,
  NANOOK_NEST_UNGUARDED_FIELD: (p: { handler: string; missing: string }) =>
    `${p.handler} carries a rule that Nest would pass by: it resolves fields without ${p.missing}. Add to the options of ` +
    `GraphQLModule: fieldResolverEnhancers: ['guards', 'interceptors']`,
  NANOOK_NEST_REPLACED_FIELD: (p: { field: string; replaced: string }) =>
    `a loader in the options of Mercurius resolves ${p.field} and replaces ${p.replaced} of the field, so the check does not run. ` +
    `Remove the loader, and resolve the field with @ResolveField(); a @ResourceLoader with \`loadMany\` loads in batches, too`,
  NANOOK_NEST_UNPARSED_BODY: (p: { handler: string; path: string }) =>
    `${p.handler} takes the id of its resource from \`${p.path}\`, but the body is multipart and not parsed yet, because interceptors ` +
    `run after guards; the request is answered with 404. Put the id into the path, or parse the form in middleware`,
  NANOOK_NEST_SHARED_CONTEXT: (_: object) =>
    `requests share one GraphQL context, so nothing tells who is asking; give GraphQLModule a function that makes one for ` +
    `each: context: (…) => ({ … })`,
  NANOOK_NEST_AUDIT_FAILED: (p: { findings: readonly AuditFinding[]; table: string }) =>
    `the authorization of the application is not whole, so it does not start:\n\n${p.table}\n`,
  NANOOK_NEST_NO_RULE: (p: { handler: string }) =>
    `nothing is decided before ${p.handler}; authorize it: @Authorize('read', …), or say why not: @SkipAuthorization('…')`,
  NANOOK_NEST_UNGUARDED: (p: { handler: string }) =>
    `the requirements of ${p.handler} were not checked, so the call is refused: Nest did not instantiate the guard that its ` +
    `decorators bring. Provide the class as it is, in \`controllers\` or \`providers\`, or add @UseGuards(AuthorizationGuard)`,
  NANOOK_NEST_SHARED_CACHE: (p: { handler: string; cache: string }) =>
    `${p.cache} keeps what one actor got from ${p.handler}, and gives it to the others. Write it above @AuthorizeResult, where it ` +
    `keeps what the handler returned; or give it a \`trackBy(context)\` that has the actor in its key`,
  NANOOK_NEST_UNREACHED_RULE: (p: { handler: string }) =>
    `${p.handler} carries a rule that nobody asks for: no guard stands before what is no handler of a request or a message. Inject ` +
    `what asks, and call it there: authorization.authorizeConnection(…) of AuthorizationService in the handleConnection of a ` +
    `gateway, authorizer.authorize(…) of Authorizer elsewhere`,
  NANOOK_NEST_NOT_GRANTABLE: (p: {
    handler: string;
    action: string;
    type: string;
    resource: 'instance' | 'type';
    /** Actions with a similar name that a rule can grant there. */
    near: readonly string[];
  }) =>
    `${p.handler} authorizes "${p.action}" on ${p.resource === 'type' ? `the type ${p.type}` : `one ${p.type}`}, ` +
    `but no rule of the policy can grant that; ` +
    (p.near.length > 0
      ? `did you mean ${p.near.map((name) => JSON.stringify(name)).join(' or ')}?`
      : `correct the action, or add a rule`),
  NANOOK_NEST_UNKNOWN_TYPE: (p: { handler: string; type: string }) =>
    `${p.handler} authorizes on ${p.type}, which is no type of the policy; add it to \`types\`, or @PolarType() to the class`,
  NANOOK_NEST_NO_REQUEST_RULE: (p: { handler: string }) =>
    `${p.handler} has @AuthorizeRequest(), but the policy has no rule allow_request(actor, request); add one`,
  NANOOK_NEST_UNUSED_EXCLUSION: (p: { class: string }) =>
    `\`exclude\` names ${p.class}, which has no handlers here; remove it`,
  NANOOK_NEST_AMBIGUOUS_EXCLUSION: (p: { name: string; classes: readonly string[] }) =>
    `\`exclude\` names ${p.name}, and there are ${p.classes.length} classes of that name: ${p.classes.join(', ')}; give the class ` +
    `itself in its place`,
  NANOOK_NEST_DUPLICATE_TYPE: (p: { name: string; first: string; second: string }) =>
    `two classes are @PolarType('${p.name}'): ${p.first} and ${p.second}; name one of them otherwise, or give one in \`types\``,
  NANOOK_NEST_NO_ACTOR: (_: object) =>
    `nobody is asking: \`request.user\` is not set. No guard before the AuthorizationGuard set it; guards of a controller ` +
    `run after global ones. List yours in \`authenticate\`, or say who is asking with \`actor\``,
};

export type NestFaultCode = keyof typeof texts;
export type NestFaultData<C extends NestFaultCode> = Parameters<(typeof texts)[C]>[0];

const brand = Symbol.for('@nanook/nestjs/NestFault');

export class NestFault<C extends NestFaultCode = NestFaultCode> extends Error {
  override readonly name = 'NestFault';
  readonly [brand] = true;

  constructor(
    readonly code: C,
    readonly data: NestFaultData<C>,
    options?: ErrorOptions,
  ) {
    super(faultText(code, data), options);
  }
}

export const isNestFault = (error: unknown): error is NestFault =>
  typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;

export const faultText = <C extends NestFaultCode>(code: C, data: NestFaultData<C>): string =>
  (texts[code] as (data: NestFaultData<C>) => string)(data);
