import { Inject } from '@nestjs/common';

export const DATABASE = Symbol('database');

export const InjectDatabase = (): ParameterDecorator => Inject(DATABASE);
