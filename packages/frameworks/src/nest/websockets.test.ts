import 'reflect-metadata';
import { describe } from 'vitest';
import { testMessages } from '../message-suite.js';
import { serveWebSockets } from './websockets.js';

describe.each(['ws', 'socket.io'] as const)('a gateway on %s', (platform) => {
  testMessages((setting, routes) => serveWebSockets(platform, setting, routes));
});
