import {
  answerPermissions,
  checkPermissionsOptions,
  type PermissionsOptions,
  type RequestAuthorization,
} from '@nanook/http';

/** The part of `@Req()` that `sendPermissions` reads, on Express and on Fastify. */
export interface PermissionsRequest {
  readonly headers: { readonly 'content-type'?: string | undefined };
  readonly body?: unknown;
}

/** The part of `@Res()` that `sendPermissions` calls, on Express and on Fastify. */
export interface PermissionsResponse {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
  send(text: string): unknown;
}

/**
 * Answers `@nanook/client`, in a handler: which actions the actor of the request may perform on some resources. The handler needs no other
 * requirement than `@SkipAuthorization`, because an answer reveals nothing that a check of its actor would not.
 *
 * @param authz the parameter `@Authz()`
 * @param request the parameter `@Req()`. The loaders receive it
 * @param response the parameter `@Res()`
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * @Post()
 * @SkipAuthorization('it answers only what its actor may do')
 * answer(@Authz() authz: RequestAuthorization, @Req() request: Request, @Res() response: Response) {
 *   return sendPermissions(authz, request, response, { resources: { Note: (id) => this.notes.find(id) } });
 * }
 */
export async function sendPermissions<Request extends PermissionsRequest>(
  authz: RequestAuthorization,
  request: Request,
  response: PermissionsResponse,
  options: PermissionsOptions<Request>,
): Promise<void> {
  checkPermissionsOptions('sendPermissions', options);
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  const answer = await answerPermissions(authz, isJson ? request.body : undefined, options, request);
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) response.header(name, value);
  response.send(answer.body);
}
