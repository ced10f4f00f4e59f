export { authorization, type AuthorizationOptions } from './authorization.js';
export { authorize, skipAuthorization, type Loader } from './authorize.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './authorization-errors.js';
export { protect } from './protect.js';
export { listRoutes } from './list-routes.js';
export { isProtected, routeTable, type ListedRoute, type RefusalStatuses, type Rule } from '@nanook/http';
export type { AuthorizationState, Middleware } from './context.js';
