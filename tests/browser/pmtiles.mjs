// A PMTiles file of one tile, at zoom 0.
export const VECTOR_TILES = 1,
  PNG_TILES = 2;

/** @param {Buffer} tile @param {number[]} bytes the length of the tile as the format writes it @param {number} kind @param {any} metadata */
export function onlyTile(tile, bytes, kind, metadata) {
  const root = Buffer.from([1, 0, 1, ...bytes, 1]),
    described = Buffer.from(JSON.stringify(metadata)),
    header = Buffer.alloc(127),
    described_at = 127 + root.length,
    tile_at = described_at + described.length;
  header.write("PMTiles");
  header[7] = 3;
  [127, root.length, described_at, described.length, 0, 0, tile_at, tile.length, 1, 1, 1].forEach((value, i) =>
    header.writeBigUInt64LE(BigInt(value), 8 + 8 * i),
  );
  header.set([1, 1, 1, kind, 0, 0], 96); // clustered, not packed, of zoom 0 alone
  [-1800000000, -850000000, 1800000000, 850000000].forEach((value, i) => header.writeInt32LE(value, 102 + 4 * i));
  return Buffer.concat([header, root, described, tile]);
}
