/** The paths of the endpoints below the base, by the names of the metadata. */
export const endpointPaths = {
  access_evaluation_endpoint: '/access/v1/evaluation',
  access_evaluations_endpoint: '/access/v1/evaluations',
  search_subject_endpoint: '/access/v1/search/subject',
  search_resource_endpoint: '/access/v1/search/resource',
  search_action_endpoint: '/access/v1/search/action',
} as const;

export type EndpointName = keyof typeof endpointPaths;

/** Returns the path of the metadata, which is inserted between the host and the path of the base. */
export const metadataPath = (base: URL): string => `/.well-known/authzen-configuration${pathOf(base)}`;

/** Returns the path of the base without a slash at its end. */
export const pathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '');

/** Returns the metadata of the server. Its addresses come from the configuration, and never from the request. */
export const metadataOf = (
  base: URL,
  endpoints: readonly EndpointName[],
  obligations: readonly string[] | undefined,
): Readonly<Record<string, unknown>> => {
  const url = `${base.origin}${pathOf(base)}`;
  return {
    policy_decision_point: url,
    ...Object.fromEntries(endpoints.map((name) => [name, `${url}${endpointPaths[name]}`])),
    ...(obligations !== undefined && { supported_obligations: obligations }),
  };
};
