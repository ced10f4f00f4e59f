/** The base class of variables and partial values, so that one `instanceof` distinguishes them from values of the application. */
export abstract class EngineValue {}
