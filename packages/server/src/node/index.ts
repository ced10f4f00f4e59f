export { toKoaMiddleware, toNodeHandler, type KoaContext } from './to-node-handler.js';
