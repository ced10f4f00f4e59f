export {
  permissionsClient,
  type PermissionsClient,
  type PermissionsClientOptions,
  type PermissionsHeaders,
} from './permissions-client.js';
export type { Permissions } from './permissions.js';
export type { ClientAction, ClientResource, ResourceRow } from './resource.js';
