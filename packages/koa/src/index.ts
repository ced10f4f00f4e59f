export { authorization, type AuthorizationOptions } from './middleware/authorization.js';
export { authorize, skipAuthorization, type Loader } from './middleware/authorize.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './middleware/authorization-errors.js';
export { protect } from './routes/protect.js';
export { listRoutes } from './routes/list-routes.js';
export {
  isProtected,
  routeTable,
  type ListedRoute,
  type RefusalStatuses,
  type RouteRequirement,
} from '@nanook/http';
export type { AuthorizationState, Middleware } from './internals/context.js';
