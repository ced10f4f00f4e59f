// The sizes at which the compiler and its back ends choose another form of code. None of them changes an answer.

/** The most goals of one rule in a plan. The machine runs rules with more, because paths would be copied again and again. */
export const maxGoals = 3_000;

/** The most goals of one plan, which may contain thousands of rules. */
export const maxGoalsOfPlan = 200_000;

/** The deepest nesting of rules that are unfolded around a variable without a value. */
export const maxUnfolding = 12;

/** The most calls that forwarding rules are replaced by; beyond it they are called. */
export const maxForwarded = 1_000;

/** The most plans that replace one call by the rules that it is forwarded to. Further plans call it. */
export const maxFollowers = 32;

/** The most goals and parameters of rules that replace a call to them. */
export const maxInlinedSize = 24;

/** The deepest nesting of rules that replace calls. */
export const maxInliningDepth = 3;

/** The most combinations of literal arguments that get separate functions. Each further argument may multiply their number. */
export const maxCombinations = 32;

/** The longest chain of class comparisons. More classes are found in a table, which is faster then. */
export const longestChain = 8;

/** The most attributes that are read before alternatives of which only some use them. Each nests the code of the others. */
export const maxOptionalReads = 16;

/** The time in milliseconds that one check may spend on compilation. Then the machine answers it, and later checks continue. */
export const maxPlanningMs = 10;

/** The most functions that one check plans. */
export const maxPlannedFunctions = 64;

/** The time in milliseconds that the last part of planning may take beyond the limit. Doubled after each interruption. */
export const maxOverrunMs = 40;

/** The interruptions after which a function is never planned. */
export const maxInterruptions = 3;

/** The most steps of one part of planning. A function with more is never planned. */
export const maxPlanningSteps = 1_000_000;

/** The calls after which a function gets code of its own. Before, it shares code, or has general code. */
export const hotCalls = 64;

/** The most plans that are kept for other functions with the same literals. Each may be compared with a further function. */
export const maxPlansOfShape = 8;

/** The most texts of functions that are kept for other functions with the same text. */
export const maxTexts = 10_000;

/** The fewest tests of one value against literals that become a switch. */
export const fewestCases = 3;

/** The most cases of a switch that compare the value with each literal. */
export const longestComparison = 8;

/** The largest code of one function. V8 does not optimize a function that is much larger. */
export const maxFunctionSize = 400;

/** The most classes that a dispatching function distinguishes. Instances of further subclasses are distinguished by their types. */
export const maxClasses = 10_000;

/** The longest switch over literals. More literals are found in a table, which is faster then. */
export const longestSwitch = 64;

/** The number of classes beyond which registered prototypes, not a property `then`, distinguish instances from promises. */
export const manyClasses = 1_000;

/**
 * The most functions with one plan that get code of their own. V8 optimizes each code separately, so more of them are slow for longer than
 * the code that they would share.
 */
export const fewFunctions = 2;

/** The most code that is repeated at each success of a proof; more becomes a function. */
export const maxRepeatedSize = 40;

/** The most sets of types, such as an instance's and a row's, that get a function each. One function serves all sets of a larger group. */
export const fewTypeSets = 2;
