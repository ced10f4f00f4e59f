import { careless, listen, walk } from '@nanook/example-gitclub';
import { demo } from '@nanook/example-gitclub/demo';
import { createApp } from './app.ts';

await demo((club) => listen(createApp(club).callback()), [...walk, ...careless]);
