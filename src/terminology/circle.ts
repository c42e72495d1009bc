/** Hierarchies that lead back to where they began. */

/** A way along parents that leads back to where it began. Iterative: a hierarchy may be deeper than the stack. */
export function circleIn(above: readonly (readonly number[])[]): number[] | undefined {
  const done = new Uint8Array(above.length);
  const OPEN = 1;
  const DONE = 2;
  for (let start = 0; start < above.length; start++) {
    const path = [start];
    const next = [0];
    if (done[start]) continue;
    done[start] = OPEN;
    while (path.length > 0) {
      const place = path.at(-1)!;
      const parent = above[place]![next[next.length - 1]!++];
      if (parent === undefined) {
        done[place] = DONE;
        path.pop();
        next.pop();
      } else if (done[parent] === OPEN) return [...path.slice(path.indexOf(parent)), parent];
      else if (!done[parent]) {
        done[parent] = OPEN;
        path.push(parent);
        next.push(0);
      }
    }
  }
  return undefined;
}
