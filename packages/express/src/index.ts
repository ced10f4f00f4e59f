export { authorization, type AuthorizationOptions } from './authorization.js';
export { authorize, skipAuthorization, type Loader } from './authorize.js';
export { authorizationErrors, type AuthorizationErrorsOptions } from './authorization-errors.js';
export { listRoutes } from './list-routes.js';
export { protect } from './protect.js';
export type { Middleware } from './request.js';
export { isProtected, routeTable, type ListedRoute, type RefusalStatuses, type Rule } from '@nanook/http';
