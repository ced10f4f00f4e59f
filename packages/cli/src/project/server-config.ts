import type { AuthorizerOptions } from '@nanook/core';
import type { FollowOptions, PolicySource } from '@nanook/policies';
import type { ServerOptions } from '@nanook/server';
import type { EnvoyServerOptions } from '@nanook/server/envoy';

/** The option `server` of the configuration, for `nanook serve`. */
export interface ServerConfig extends Omit<
  ServerOptions,
  'authorizer' | 'baseUrl' | 'follower' | 'onError' | 'onRequest'
> {
  /** The public address. Default: the address on which the server listens, if only this machine reaches it. */
  readonly baseUrl?: string;
  /** Further options of `Authorizer.load`, such as `resources` and the hooks of a decision log. */
  readonly authorizer?: Partial<
    Pick<
      AuthorizerOptions,
      'resources' | 'clock' | 'onDecision' | 'onDecisionError' | 'decisionLog' | 'decisionDuration'
    >
  >;
  /** The source of published policies, and the options of `followPolicies`. Without it, the policies of the configuration are used. */
  readonly follow?: { readonly source: PolicySource } & Omit<FollowOptions, 'onError'>;
  /** The HTTP mode of `ext_authz` of Envoy, for the same callers, on the port of `--envoy-port`. */
  readonly envoy?: Omit<EnvoyServerOptions, 'authorizer' | 'callers' | 'onError'>;
  /** Called after the last request, to close a database. */
  readonly close?: () => unknown;
}
