import 'reflect-metadata';
import { describe } from 'vitest';
import { testMessages } from '../message-suite.js';
import { serveTcp } from './tcp.js';

describe('a microservice over TCP', () => {
  testMessages(serveTcp);
});
