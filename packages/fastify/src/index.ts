export { authorization, type AuthorizationOptions } from './plugin/authorization.js';
export { authorize, type Loader } from './hooks/authorize.js';
export { permissions, type PermissionsRoute } from './hooks/permissions.js';
export { rowOf } from './hooks/row-of.js';
export { skipAuthorization } from './hooks/skip-authorization.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './plugin/authorization-errors.js';
export { listRoutes } from './routes/list-routes.js';
export type { Hook } from './hooks/hook.js';
export {
  explanationOf,
  isProtected,
  routeTable,
  type ExplainOption,
  type ListedRoute,
  type ListRoutesOptions,
  type LoaderOptions,
  type Permissions,
  type PermissionsOptions,
  type RefusalStatuses,
  type RouteRequirement,
} from '@nanook/http';
