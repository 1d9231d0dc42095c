// Long work in slices, so that the page answers in between.

const SLICE_MS = 20;
const RUN = 512; // rows that are sorted at once
const LOOK = 256; // steps between two looks at the clock

const pause = () =>
  new Promise((resolve) => {
    const channel = new MessageChannel(); // a timer would wait, and in a page that is not in front for a second
    channel.port1.onmessage = () => resolve(undefined);
    channel.port2.postMessage(undefined);
  });

/** Gives the page its turn when a slice has been used up. */
export class Slices {
  constructor() {
    this.began = performance.now();
    this.steps = 0;
  }

  /** True where it is time for `pause`. */
  isOver() {
    return ++this.steps % LOOK === 0 && performance.now() - this.began > SLICE_MS;
  }

  async pause() {
    await pause();
    this.began = performance.now();
  }
}

/**
 * Sorts, stable, in slices: runs, then merges of two neighbours at a time. O(n log n).
 * @template T @param {T[]} rows @param {(a: T, b: T) => number} compare @returns {Promise<T[]>} a new list
 */
export async function sortInSlices(rows, compare) {
  const slices = new Slices();
  let from = rows.slice(),
    to = new Array(rows.length);
  for (let at = 0; at < from.length; at += RUN) {
    from
      .slice(at, at + RUN)
      .sort(compare)
      .forEach((row, i) => {
        from[at + i] = row;
      });
    slices.steps += LOOK - 1;
    if (slices.isOver()) await slices.pause();
  }
  for (let run = RUN; run < from.length; run *= 2) {
    for (let at = 0; at < from.length; at += 2 * run) {
      let left = at,
        right = Math.min(at + run, from.length);
      const middle = right,
        end = Math.min(at + 2 * run, from.length);
      for (let i = at; i < end; i++) {
        to[i] =
          left < middle && (right === end || compare(from[left], from[right]) <= 0) ? from[left++] : from[right++];
        if (slices.isOver()) await slices.pause();
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Those of which `holds` is true, in slices. @template T @param {T[]} rows @param {(row: T) => boolean} holds @returns {Promise<T[]>} */
export async function filterInSlices(rows, holds) {
  const slices = new Slices(),
    kept = [];
  for (const row of rows) {
    if (holds(row)) kept.push(row);
    if (slices.isOver()) await slices.pause();
  }
  return kept;
}

/** What `make` makes of each, in slices. @template T, U @param {Iterable<T>} rows @param {(row: T) => U} make @returns {Promise<U[]>} */
export async function mapInSlices(rows, make) {
  const slices = new Slices(),
    made = [];
  for (const row of rows) {
    made.push(make(row));
    if (slices.isOver()) await slices.pause();
  }
  return made;
}
