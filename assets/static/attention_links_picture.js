// What attention_links.js draws, as a picture: an SVG, and a PNG made of that. Both files are one
// module.

const SVG = "http://www.w3.org/2000/svg"; // a name; nothing is fetched from there
const FONT = { size: 14, family: "sans-serif" }; // which every machine has
const MARGIN = 12; // pixels, as all lengths here
const MIDDLE = 360; // where the lines run
const WIDEST = 300; // of a column of tokens; a longer token is cut
const SWATCH = 18;
// What every browser's canvas takes; that of Safari on a phone is the smallest.
const LONGEST_SIDE = 16_384;
const LARGEST_AREA = 16_777_216;
// Characters that XML does not take, and so no SVG.
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

async function savePicture(view, format) {
  const { svg, width, height } = picture(view);
  const source = new XMLSerializer().serializeToString(svg);
  const file =
    format === "svg"
      ? new Blob([source], { type: "image/svg+xml" })
      : await png(source, width, height);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `attention-links.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function png(source, width, height) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  const area = Math.sqrt(LARGEST_AREA / (width * height));
  const scale = Math.min(2, LONGEST_SIDE / Math.max(width, height), area);
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * scale);
  canvas.height = Math.floor(height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// All rows, those out of view too, with the links that are drawn now, in the page's colours.
function picture(view) {
  const { color, backgroundColor } = getComputedStyle(view.root);
  const column = Math.min(WIDEST, Math.max(...["From", ...view.tokens].map(widthOf)));
  const left = MARGIN + column;
  const right = left + MIDDLE;
  const width = right + column + MARGIN;
  const svg = node(null, "svg", { "font-family": FONT.family, "font-size": FONT.size, fill: color });
  node(svg, "rect", { width: "100%", height: "100%", fill: backgroundColor });
  const top = legend(svg, view.heads, width) + ROW;
  const middle = node(svg, "g", { transform: `translate(${left} ${top})` });
  for (const line of view.lines(0, Infinity)) {
    const opacity = Math.max(FAINTEST, line.weight / LEVELS).toFixed(2);
    const ends = { x1: 0, y1: line.left.toFixed(1), x2: MIDDLE, y2: line.right.toFixed(1) };
    node(middle, "line", { ...ends, stroke: line.color, "stroke-opacity": opacity });
  }
  middle.setAttribute("stroke-width", view.lineWidth());
  const write = (text, row, to, attributes) => {
    const side = to ? { x: right + 6 } : { x: left - 6, "text-anchor": "end" };
    node(svg, "text", { y: top + row * ROW + 15, ...side, ...attributes }, text);
  };
  for (const [to, elements] of [view.from, view.to].entries()) {
    write(to ? "To" : "From", -1, to, { "font-weight": 600 });
    for (const [row, { classList, ariaSelected }] of [...elements.children].entries()) {
      const opacity = classList.contains("faded") ? 0.4 : 1;
      const weight = ariaSelected === "true" ? 600 : 400;
      write(cut(view.tokens[row], column), row, to, { opacity, "font-weight": weight });
    }
  }
  const height = top + view.tokens.length * ROW + MARGIN;
  set(svg, { width, height, viewBox: `0 0 ${width} ${height}` });
  return { svg, width, height };
}

// Writes the heads' names, in as many lines as they take, and returns where the last line ends.
function legend(svg, heads, width) {
  let [x, y] = [MARGIN, MARGIN];
  for (const { name, color } of heads) {
    const taken = SWATCH + 6 + widthOf(name) + 16;
    if (x > MARGIN && x + taken > width) [x, y] = [MARGIN, y + ROW];
    node(svg, "rect", { x, y: y + 8, width: SWATCH, height: 4, rx: 2, fill: color });
    node(svg, "text", { x: x + SWATCH + 6, y: y + 15 }, name);
    x += taken;
  }
  return y + ROW;
}

function cut(text, room) {
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  while (letters.length && widthOf(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("")}…`;
}

const ruler = document.createElement("canvas").getContext("2d");

function widthOf(text) {
  ruler.font = `${FONT.size}px ${FONT.family}`;
  return Math.ceil(ruler.measureText(text).width * 1.1) + 6; // another machine's font may be wider
}

function node(parent, tag, attributes, text = "") {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.textContent = text.replace(NOT_XML, "\uFFFD");
  parent?.append(element);
  return element;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
