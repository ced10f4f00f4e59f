/** A node whose successors are being visited. */
interface Visit<Node> {
  /** The position of the node among the open nodes. */
  readonly position: number;
  readonly successors: Iterator<Node>;
  /** The lowest position of an open node that it leads to. */
  lowest: number;
}

/**
 * Returns a function that numbers nodes: two nodes have the same number if and only if they lead to each other (Tarjan's algorithm). All nodes
 * together take linear time.
 */
export function componentsBy<Node>(successorsOf: (node: Node) => Iterable<Node>): (node: Node) => number {
  const numbers = new Map<Node, number>();
  let count = 0;
  const number = (start: Node): void => {
    /** The visited nodes that have no number yet. */
    const open: Node[] = [];
    const positions = new Map<Node, number>();
    const path: Visit<Node>[] = [];
    const enter = (node: Node): void => {
      const position = open.push(node) - 1;
      positions.set(node, position);
      path.push({ position, successors: successorsOf(node)[Symbol.iterator](), lowest: position });
    };
    const leave = ({ position, lowest }: Visit<Node>): void => {
      const outer = path.at(-1);
      if (outer !== undefined) outer.lowest = Math.min(outer.lowest, lowest);
      if (lowest < position) return;
      for (const node of open.splice(position)) numbers.set(node, count);
      count++;
    };
    enter(start);
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = at.successors.next();
      if (next.done === true) leave(path.pop()!);
      else if (!numbers.has(next.value)) {
        const position = positions.get(next.value);
        if (position === undefined) enter(next.value);
        else at.lowest = Math.min(at.lowest, position);
      }
    }
  };
  return (node) => {
    if (!numbers.has(node)) number(node);
    return numbers.get(node)!;
  };
}
