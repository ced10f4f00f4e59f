import { walk } from '@nanook/example-gitclub';
import { describeGitClub } from '@nanook/example-gitclub/suite';
import 'reflect-metadata';
import { startOn } from './start.ts';

describeGitClub('Nest over Express', startOn('Express'), walk);
describeGitClub('Nest over Fastify', startOn('Fastify'), walk);
