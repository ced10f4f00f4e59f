import { careless, listen, walk, type Step } from '@nanook/example-gitclub';
import { demo } from '@nanook/example-gitclub/demo';
import { createListener } from './app.ts';

// The other careless request needs a route that is not run, with which a protected application would not start.
const [blocked] = careless as readonly [Step];

await demo((club) => listen(createListener(club)), [...walk, blocked]);
