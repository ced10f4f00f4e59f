import { checkAction } from '@nanook/http';
import { Body, type PipeTransform, type Type } from '@nestjs/common';
import { checkParentheses, describe, wrongUse } from '../requirements/decorator-arguments.js';
import { CheckedInput } from './checked-input.js';
import { requireInput } from './input-requirement.js';

export interface InputOptions {
  /** Default: the action of the handler's last `@Authorize`. */
  readonly action?: string;
  /** The treatment of a field that the actor may not write. `'refuse'`, the default: a 403. `'drop'`: the handler gets the body without it. */
  readonly refused?: 'refuse' | 'drop';
}

type Pipe = Type<PipeTransform> | PipeTransform;

const checkedInput = new CheckedInput();

/**
 * Hands the handler the body of the request, as `@Body()` does, when the actor may write each of its fields: `allow_field(actor,
 * action, resource, field)`. The resource is the one of the handler's last `@Authorize`; for *create* it is the type.
 *
 * The guard checks the body before pipes run, so a `ValidationPipe` sees the checked body, and its class as ever. Only the fields of the
 * body itself are checked, not those of objects in them.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_DECORATOR`
 * @example
 * @Patch(':id') @Authorize('update', Note)
 * update(@AuthorizedResource() note: Note, @AuthorizedInput() changes: UpdateNote) { … }
 */
export function AuthorizedInput(options?: InputOptions, ...pipes: Pipe[]): ParameterDecorator;
export function AuthorizedInput(...args: [options?: InputOptions, ...pipes: Pipe[]]): ParameterDecorator {
  checkParentheses('@AuthorizedInput', args, '@AuthorizedInput()');
  const [options = {}, ...pipes] = args;
  if (typeof options !== 'object' || options === null || 'transform' in options)
    throw wrongUse(
      '@AuthorizedInput',
      `was given ${describe(options)} for its options; they come before the pipes: @AuthorizedInput({}, pipe)`,
    );
  const { action, refused = 'refuse', ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined)
    throw wrongUse('@AuthorizedInput', `has no option \`${name}\`; it has \`action\` and \`refused\``);
  if (action !== undefined) checkAction(action);
  if (refused !== 'refuse' && refused !== 'drop')
    throw wrongUse(
      '@AuthorizedInput',
      `was given ${describe(refused)} for \`refused\`; it is 'refuse' or 'drop'`,
    );
  const body = Body(checkedInput, ...pipes);
  return (target, key, index) => {
    if (key === undefined)
      throw wrongUse('@AuthorizedInput', 'stands in a constructor, which gets no request');
    requireInput(target, key, { action, refused });
    body(target, key, index);
  };
}
