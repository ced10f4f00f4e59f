import {
  instancePatternNode,
  parameterNode,
  variableNode,
  type FactDeclarationNode,
  type ParameterNode,
} from '../syntax/ast.js';

/** Returns the parameters of a declared fact: `_: User, _: String, _: Organization`. */
export const parametersOfFact = ({ types }: FactDeclarationNode): ParameterNode[] =>
  types.map(({ span, name }) =>
    parameterNode(span, variableNode(span, '_'), instancePatternNode(span, name)),
  );
