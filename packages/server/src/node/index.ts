export { listen, type ListeningServer, type ListenOptions } from './listen.js';
export { toKoaMiddleware, toNodeHandler, type KoaContext } from './to-node-handler.js';
