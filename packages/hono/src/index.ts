export { authorization, type AuthorizationOptions } from './middleware/authorization.js';
export { authorize, type AnyPath, type Loader, type Requirement } from './middleware/authorize.js';
export { permissions } from './middleware/permissions.js';
export { rowOf } from './middleware/row-of.js';
export { skipAuthorization } from './middleware/skip-authorization.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './middleware/authorization-errors.js';
export { listRoutes } from './routes/list-routes.js';
export type { HonoApp } from './routes/app-routes.js';
export { protect } from './routes/protect.js';
export {
  explanationOf,
  isProtected,
  routeTable,
  type ExplainOption,
  type ListedRoute,
  type ListRoutesOptions,
  type LoaderOptions,
  type RefusalStatuses,
  type RouteRequirement,
} from '@nanook/http';
