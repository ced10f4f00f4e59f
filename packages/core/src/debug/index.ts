// The entry of the debugger. An application needs it only for tools of its own: the command `nanook debug` contains one.
export {
  addPolicy,
  createDebugSession,
  debugCheck,
  debugQuery,
  type DebugSessionOptions,
} from './debug-authorizer.js';
export type {
  Breakpoint,
  BreakpointSettings,
  LineBreakpoint,
  RuleBreakpoint,
} from './breakpoint-settings.js';
export type { FoundBreakpoints } from './breakpoints.js';
export { DebugError, type DebugErrorCode } from './debug-error.js';
export type { DebugSession, SessionOptions } from './debug-session.js';
export type {
  BackwardMovement,
  BreakpointReason,
  ForwardMovement,
  Halt,
  HaltReason,
  Movement,
  Progress,
} from './halt.js';
export type { DebugListener, DebugTarget } from './debug-target.js';
export { Debugger } from './debugger.js';
export type {
  EndView,
  FrameView,
  LogView,
  PartsView,
  PlaceView,
  SourceLine,
  StopView,
  TextView,
  ValueView,
} from './stop-view.js';
