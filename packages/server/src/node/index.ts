export { listen, type ListeningServer, type ListenOptions } from './listen.js';
export { toKoaMiddleware, toNodeHandler, type KoaContext } from './to-node-handler.js';
export type { RequestServer } from '../server/request-server.js';
export type { ClientCertificate, Connection } from '../callers/caller.js';
