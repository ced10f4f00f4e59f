import type { AnyAction } from '@nanook/core';
import { checkAction } from '@nanook/http';
import { Body, type PipeTransform, type Type } from '@nestjs/common';
import { checkParentheses, describe, wrongUse } from '../requirements/decorator-arguments.js';
import { requireInput } from './input-requirement.js';

/** Options of `@AuthorizedInput`. */
export interface InputOptions {
  /** Default: the action of the handler's last `@Authorize`. */
  readonly action?: AnyAction;
  /** The treatment of a field that the actor may not write. `'refuse'`, the default: a 403. `'drop'`: the handler gets the body without it. */
  readonly refused?: 'refuse' | 'drop';
  /** The path of the fields: `'note'`, or `'data.attributes'`. Default: all that the client sent. */
  readonly at?: string;
}

type Pipe = Type<PipeTransform> | PipeTransform;

// The metadata of the parameters of a method. Nest has one kind for the body, the arguments of a resolver, and the data of a message.
const parametersKey = '__routeArguments__';
const inputKind = 3;

/**
 * Passes the body of the request to the handler, as `@Body()` does, if the actor may write each of its fields: `allow_field(actor,
 * action, resource, field)`. The resource is the one of the last `@Authorize` of the handler; for *create* it is the type.
 *
 * The guard checks the body before pipes run, so that a `ValidationPipe` gets the checked body, with the class of the parameter. It checks
 * only the fields of the body itself, not the fields of objects in it; `at` names such an object, which the handler then gets.
 *
 * In a gateway and in a microservice, it passes the data of the message. In a resolver, add it to `@Args`, with the name of the argument.
 *
 * @param options the action, and the treatment of refused fields
 * @param pipes pipes that convert or validate the checked body
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR`
 * @example
 * @Patch(':id') @Authorize('update', Note)
 * update(@AuthorizedResource() note: Note, @AuthorizedInput() changes: UpdateNote) { … }
 * @example
 * @Mutation(() => Note) @Authorize('update', Note)
 * update(@Args('id') id: string, @Args('input') @AuthorizedInput({ at: 'input' }) input: UpdateNote) { … }
 */
export function AuthorizedInput(options?: InputOptions, ...pipes: Pipe[]): ParameterDecorator;
export function AuthorizedInput(...args: [options?: InputOptions, ...pipes: Pipe[]]): ParameterDecorator {
  checkParentheses('@AuthorizedInput', args, '@AuthorizedInput()');
  const [options = {}, ...pipes] = args;
  if (typeof options !== 'object' || options === null || 'transform' in options)
    throw wrongUse(
      '@AuthorizedInput',
      `needs its options before the pipes, got ${describe(options)}; write @AuthorizedInput({}, pipe)`,
    );
  const { action, refused = 'refuse', at, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw wrongUse(
      '@AuthorizedInput',
      `has no option \`${name}\`; it has \`action\`, \`refused\` and \`at\``,
    );
  if (action !== undefined) checkAction(action);
  if (refused !== 'refuse' && refused !== 'drop')
    throw wrongUse('@AuthorizedInput', `needs 'refuse' or 'drop' for \`refused\`, got ${describe(refused)}`);
  if (at !== undefined && (typeof at !== 'string' || at === ''))
    throw wrongUse('@AuthorizedInput', `needs for \`at\` a path such as 'note', got ${describe(at)}`);
  const body = at === undefined ? Body(...pipes) : Body(at, ...pipes);
  return (target, key, index) => {
    if (key === undefined)
      throw wrongUse(
        '@AuthorizedInput',
        'is written in a constructor, which receives no request; write it on a parameter of a handler',
      );
    requireInput(target, key, { action, refused, path: at?.split('.') ?? [] });
    // `@Args` on the same parameter names the argument, and has its pipes.
    const parameters = Reflect.getMetadata(parametersKey, target.constructor, key) as object | undefined;
    if (parameters === undefined || !(`${inputKind}:${index}` in parameters)) body(target, key, index);
  };
}
