/** The classes of the installed packages, by their prototypes; and the routers and applications of other copies, each by itself. */
const watched = new WeakSet<object>();

/** Records that the methods of an object are watched, which add handlers to it, or to the objects that inherit the methods. */
export const addWatched = (methods: object): unknown => watched.add(methods);

/** Returns whether the methods are watched that add handlers to a router or to an application. */
export function isWatched(object: object): boolean {
  for (let each: object | null = object; each !== null; each = Object.getPrototypeOf(each) as object | null)
    if (watched.has(each)) return true;
  return false;
}
