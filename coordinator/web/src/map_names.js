// Where the names of places stand on a drawn map: none over another, the most important first, the same whenever the same is drawn.

const GAP_PX = 3; // between a point and its name, and between two names

/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */

/** What is wrong or silent before what is well, large before small. @param {any} a @param {any} b properties of shelters */
export function moreImportant(a, b) {
  return a.rank - b.rank || (b.stale || 0) - (a.stale || 0) || b.size - a.size || (a.id < b.id ? -1 : 1);
}

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Below the point, above it, right of it, left of it. @param {{ x: number, y: number, radius: number }} point @param {number} wide @param {number} high */
function around({ x, y, radius }, wide, high) {
  const far = radius + GAP_PX,
    at = (/** @type {number} */ left, /** @type {number} */ top) => ({
      left,
      top,
      right: left + wide,
      bottom: top + high,
    });
  return [
    at(x - wide / 2, y + far),
    at(x - wide / 2, y - far - high),
    at(x + far, y - high / 2),
    at(x - far - wide, y - high / 2),
  ];
}

/**
 * Boxes for as many names as have room, the first ones first: a name goes where it hides no name and no point, else where it hides no name, else nowhere.
 * Costs the square of how many there are.
 * @param {{ name: string, x: number, y: number, radius: number }[]} points by importance @param {(name: string) => number} widthOf @param {number} high of a line @param {{ width: number, height: number }} paper
 * @returns {{ name: string, box: Box }[]}
 */
export function layNames(points, widthOf, high, paper) {
  /** @type {{ name: string, box: Box }[]} */
  const laid = [];
  const discs = points.map(({ x, y, radius }) => ({
    left: x - radius,
    top: y - radius,
    right: x + radius,
    bottom: y + radius,
  }));
  for (const point of points) {
    const places = around(point, widthOf(point.name), high)
      .filter((box) => box.left >= 0 && box.top >= 0 && box.right <= paper.width && box.bottom <= paper.height)
      .filter(
        (box) =>
          !laid.some((other) =>
            overlap(box, {
              left: other.box.left - GAP_PX,
              top: other.box.top,
              right: other.box.right + GAP_PX,
              bottom: other.box.bottom,
            }),
          ),
      );
    const box = places.find((place) => !discs.some((disc) => overlap(place, disc))) || places[0];
    if (box) laid.push({ name: point.name, box });
  }
  return laid;
}
