/**
 * What is made of an object when it is asked for first, and lives as long as that. It is kept in the object: what a WeakMap
 * has for a key that is gone outlives minor garbage collections, which then copy every tree that a keystroke left behind.
 */
export function madeOnce<From extends object, Made>(make: (from: From) => Made): (from: From) => Made {
  const kept = Symbol('made once');
  return (from) => {
    const keeper: { [kept]?: { readonly made: Made } } = from;
    const { [kept]: known = { made: make(from) } } = keeper;
    keeper[kept] = known;
    return known.made;
  };
}
