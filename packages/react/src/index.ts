export {
  AuthorizationProvider,
  PrefetchedPermissions,
  usePermissionsClient,
  type AuthorizationProviderProps,
  type PrefetchedPermissionsProps,
} from './authorization-provider.js';
export { Can, type CanProps } from './can.js';
export { permissionsQuery, type PermissionsQuery } from './permissions-query.js';
export {
  useCan,
  usePermissions,
  type KnownPermissions,
  type PermissionsHookOptions,
} from './use-permissions.js';
export type {
  ClientAction,
  ClientResource,
  Permissions,
  PermissionsClient,
  PermissionsClientOptions,
  ResourceRow,
} from '@nanook/client';
