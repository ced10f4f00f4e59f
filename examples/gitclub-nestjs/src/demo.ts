import { walk } from '@nanook/example-gitclub';
import { demo } from '@nanook/example-gitclub/demo';
import 'reflect-metadata';
import { startOn } from './start.ts';

// Without the careless steps: an application with an unprotected handler does not start.
await demo(startOn('Express'), walk);
