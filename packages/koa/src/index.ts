export { authorization, type AuthorizationOptions } from './middleware/authorization.js';
export { authorize, type Loader } from './middleware/authorize.js';
export { permissions } from './middleware/permissions.js';
export { rowOf } from './middleware/row-of.js';
export { skipAuthorization } from './middleware/skip-authorization.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './middleware/authorization-errors.js';
export { listRoutes, type ListKoaRoutesOptions, type ListedKoaRoute } from './routes/list-routes.js';
export { protect } from './routes/protect.js';
export type { AuthorizationState, Middleware } from './internals/context.js';
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
