// A code for a phone's camera, for paper: drawn as one path, sharp at any size.
const SVG = "http:" + "//www.w3.org/2000/svg"; // a name, not an address: nothing is asked for there
const QUIET = 4; // modules of white around it (ISO/IEC 18004)

/** @param {string} text @param {string} label said in its place @returns {Promise<Element>} */
export async function qrOf(text, label) {
  const { qrcode } = await import(/** @type {any} */ ("/lib/qrcode.mjs"));
  const code = qrcode(0, "M"); // as large as the text needs; a seventh of it may be stained
  code.addData(text, "Byte");
  code.make();
  const size = code.getModuleCount(),
    whole = size + 2 * QUIET;
  let path = "";
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (code.isDark(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  const svg = document.createElementNS(SVG, "svg"),
    dark = document.createElementNS(SVG, "path");
  for (const [name, value] of Object.entries({
    class: "qr",
    role: "img",
    "aria-label": label,
    viewBox: `0 0 ${whole} ${whole}`,
  }))
    svg.setAttribute(name, value);
  dark.setAttribute("d", path);
  svg.append(dark);
  return svg;
}
