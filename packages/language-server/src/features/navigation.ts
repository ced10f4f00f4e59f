import {
  SymbolKind,
  type CallHierarchyItem,
  type LocationLink,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import type { HierarchyCall, HierarchyItem, PolicySymbol, Target } from '@nanook/analysis';
import type { ProjectSession } from '../project/project-session.js';
import { actionAt } from '../text/action-at.js';
import {
  locationOf,
  placeOf,
  rangeIn,
  type ApplicationDocument,
  type RequestedPlace,
  type Server,
} from './feature.js';

const linkTo = (session: ProjectSession, target: Target): LocationLink => ({
  targetUri: session.uriOf(target.file),
  targetRange: rangeIn(session, { file: target.file, ...target.whole }),
  targetSelectionRange: rangeIn(session, target),
});

/** @param hasLinks whether the client can show the whole statement of a definition */
export function registerNavigation(server: Server, hasLinks: boolean): void {
  const { connection } = server;
  const linked = (session: ProjectSession, found: readonly Target[]) =>
    hasLinks
      ? found.map((target) => linkTo(session, target))
      : found.map((target) => locationOf(session, target));
  const targets =
    (find: (place: RequestedPlace) => readonly Target[]) => async (params: TextDocumentPositionParams) => {
      const application = server.application(params.textDocument.uri);
      if (application !== undefined)
        return linked(application.session, await actionTargets(application, params));
      const place = await placeOf(server, params);
      return place && linked(place.session, find(place));
    };
  const definitions = targets(({ session, name, offset }) => session.workspace.definition(name, offset));
  connection.onDefinition(definitions as Parameters<typeof connection.onDefinition>[0]);
  const rules = targets(({ session, name, offset }) => session.workspace.implementation(name, offset));
  connection.onImplementation(rules as Parameters<typeof connection.onImplementation>[0]);

  connection.onReferences(async (params) => {
    const place = await placeOf(server, params);
    if (place === undefined) return undefined;
    const { session, name, offset } = place;
    return session.workspace
      .references(name, offset, params.context.includeDeclaration)
      .map((target) => locationOf(session, target));
  });

  connection.onDocumentHighlight(async (params) => {
    const place = await placeOf(server, params);
    if (place === undefined) return undefined;
    const { session, name, offset, lines } = place;
    return session.workspace
      .references(name, offset)
      .filter(({ file }) => file === name)
      .map((target) => ({ range: lines.range(target) }));
  });

  registerHierarchy(server);
}

/** Returns the definitions of the action in a call of the application, such as `can(user, 'read', note)`. */
async function actionTargets(
  { session, text, offsetOf }: ApplicationDocument,
  { position }: TextDocumentPositionParams,
): Promise<readonly Target[]> {
  await session.ready;
  const action = actionAt(text, offsetOf(position));
  return action === undefined ? [] : session.workspace.definitionOfAction(action);
}

const hierarchyKinds: Readonly<Partial<Record<PolicySymbol['kind'], SymbolKind>>> = {
  role: SymbolKind.EnumMember,
  permission: SymbolKind.Event,
  relation: SymbolKind.Interface,
};

function registerHierarchy({ connection, document }: Server): void {
  const itemOf = (session: ProjectSession, item: HierarchyItem): CallHierarchyItem => {
    const { uri, range } = locationOf(session, item);
    const kind = hierarchyKinds[item.symbol.kind] ?? SymbolKind.Function;
    return { name: item.name, kind, uri, range, selectionRange: range, data: item.symbol };
  };
  const { callHierarchy } = connection.languages;
  callHierarchy.onPrepare(async (params) => {
    const place = await placeOf({ document } as Server, params);
    if (place === undefined) return null;
    const { session, name, offset } = place;
    return session.workspace.callHierarchy(name, offset).map((item) => itemOf(session, item));
  });
  const callsOf = async (
    item: CallHierarchyItem,
    find: (session: ProjectSession, symbol: PolicySymbol) => readonly HierarchyCall[],
  ) => {
    const found = await document(item.uri);
    if (found === undefined) return [];
    const { session } = found;
    return find(session, item.data as PolicySymbol).map(({ item: other, places }) => ({
      item: itemOf(session, other),
      ranges: places.map((place) => rangeIn(session, place)),
    }));
  };
  callHierarchy.onIncomingCalls(async (params) => {
    const calls = await callsOf(params.item, ({ workspace }, symbol) => workspace.incomingCalls({ symbol }));
    return calls.map(({ item, ranges }) => ({ from: item, fromRanges: ranges }));
  });
  callHierarchy.onOutgoingCalls(async (params) => {
    const calls = await callsOf(params.item, ({ workspace }, symbol) => workspace.outgoingCalls({ symbol }));
    return calls.map(({ item, ranges }) => ({ to: item, fromRanges: ranges }));
  });
}
