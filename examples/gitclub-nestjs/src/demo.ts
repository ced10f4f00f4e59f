import { walk } from '@nanook/example-gitclub';
import { demo } from '@nanook/example-gitclub/demo';
import 'reflect-metadata';
import { startOn } from './start.ts';

// Without the careless steps: an application with a handler that carries no rule does not start.
await demo(startOn('Express'), walk);
