/** A value that is not known yet: the base class of variables and partial values, so that one `instanceof` tells them from values of the application. */
export abstract class EngineValue {}
