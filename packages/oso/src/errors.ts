import { repr } from './any-value.js';

/** The base class of all errors of this package, except those of the engine, which are plain `Error`s with a name. */
export class OsoError extends Error {}

/** A refusal: the base class of `NotFoundError` and `ForbiddenError`. */
export class AuthorizationError extends OsoError {}

/** The actor may not read the resource. A web server answers 404. */
export class NotFoundError extends AuthorizationError {
  constructor() {
    super(
      'Oso NotFoundError -- The current user does not have permission to read the given resource. You should handle this error by returning a 404 error to the client.',
    );
  }
}

/** The actor may not perform the action. A web server answers 403. */
export class ForbiddenError extends AuthorizationError {
  constructor() {
    super(
      'Oso ForbiddenError -- The requested action was not allowed for the given resource. You should handle this error by returning a 403 error to the client.',
    );
  }
}

/** The base class of the errors about registration, loading and queries. */
export class PolarError extends OsoError {}

interface Named {
  readonly name: string;
}

/** A name was registered that a class has already. */
export class DuplicateClassAliasError extends PolarError {
  constructor({ name, cls, existing }: { name: string; cls: Named; existing: Named }) {
    super(`Attempted to alias ${cls.name} as '${name}', but ${existing.name} already has that alias.`);
  }
}

export class DuplicateInstanceRegistrationError extends PolarError {
  constructor(id: number) {
    super(`Attempted to register instance ${id}, but an instance with that ID already exists.`);
  }
}

/** An inline query of a policy has no result. */
export class InlineQueryFailedError extends PolarError {
  constructor(source: string) {
    super(`Inline query failed: ${source}`);
  }
}

export class InvalidAttributeError extends PolarError {
  constructor(instance: unknown, field: string) {
    super(`${field} not found on ${repr(instance)}.`);
  }
}

export class InvalidCallError extends PolarError {
  constructor(instance: unknown, field: string) {
    super(`${repr(instance)}.${field} is not a function`);
  }
}

/** The right side of `in` cannot be iterated. */
export class InvalidIteratorError extends PolarError {
  constructor(term: unknown) {
    super(`${repr(term)} is not iterable`);
  }
}

/** `registerClass` received a value that is not a class. */
export class InvalidConstructorError extends PolarError {
  constructor(ctor: unknown) {
    super(`${repr(ctor)} is not a constructor`);
  }
}

export class InvalidQueryEventError extends PolarError {
  constructor(event: string) {
    super(`Invalid query event: ${event}`);
  }
}

export class KwargsError extends PolarError {
  constructor() {
    super('JavaScript does not support keyword arguments');
  }
}

export class PolarFileExtensionError extends PolarError {
  constructor(file: string) {
    super(`Polar files must have .polar extension. Offending file: ${file}`);
  }
}

export class PolarFileNotFoundError extends PolarError {
  constructor(file: string) {
    super(`Could not find file: ${file}`);
  }
}

export class UnregisteredClassError extends PolarError {
  constructor(name: string) {
    super(`Unregistered class: ${name}.`);
  }
}

export class UnregisteredInstanceError extends PolarError {
  constructor(id: number) {
    super(`Unregistered instance: ${id}.`);
  }
}

/** A method needs an adapter for data filtering, and none was set. */
export class DataFilteringConfigurationError extends PolarError {
  constructor() {
    super("Missing 'adapter' implementation. Did you forget to call `Oso.setDataFilteringAdapter()`?");
  }
}

/** A result has only a constraint on a variable, and the query did not accept constraints. */
export class UnexpectedExpressionError extends PolarError {
  constructor() {
    super(`Received Expression from Polar VM. The Expression type is only supported when
  using data filtering features. Did you perform an
  operation over an unbound variable in your policy?

  To silence this error and receive an Expression result, pass the
  \`{ acceptExpression: true }\` option to \`Oso.query()\` or \`Oso.queryRule()\`.`);
  }
}
