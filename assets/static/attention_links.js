// Two columns of tokens with lines between them. The app's component and saved pages run this file
// with attention_links_picture.js, which saves what is drawn, behind it.
//
// data: { tokens: [text], picked: place or null, strongest: weight that 255 stands for,
//         heads: [{ name, color, starts: [token + 1], targets: base64 of uint16 [link],
//                   weights: base64 of uint8 [link] }] }
// The links of token i are starts[i] up to starts[i + 1], strongest first.

const ROW = 20; // pixels, as in the style sheet
const LONG = 60; // more tokens than these scroll
const LEVELS = 255;
const FAINTEST = 0.05; // opacity
// A line takes some 8 microseconds without a graphics card, and more than these are a gray area.
const DRAWN_AT_ONCE = 12_000;
const HINT =
  "Point at a token on the left to see only its links. Click, or arrow keys and Enter, pick it; " +
  "Escape releases it.";

const views = new WeakMap(); // by the element that Streamlit gives, which outlives a run

export default function draw({ parentElement, data, setStateValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement);
    views.set(parentElement, view);
  }
  view.update(data, (place) => setStateValue("picked", place));
  return () => {
    views.delete(parentElement);
    view.close();
  };
}

class View {
  constructor(parent) {
    this.tokens = [];
    this.heads = [];
    this.picked = null; // until released
    this.hovered = null; // under the mouse
    this.cursor = null; // of the keyboard
    this.last = 0; // where the arrow keys go on from
    this.frame = 0;
    this.build(parent);
    this.listen();
  }

  build(parent) {
    this.root = add(parent, "div", "links");
    this.legend = add(this.root, "ul", "heads");
    this.legend.setAttribute("aria-label", "Heads");
    const names = add(this.root, "div", "columns names");
    names.setAttribute("aria-hidden", "true");
    add(names, "div", "from").textContent = "From";
    add(names, "div");
    add(names, "div", "to").textContent = "To";
    this.scroller = add(this.root, "div", "scroller");
    const sheet = add(this.scroller, "div", "columns");
    this.from = add(sheet, "div", "from");
    this.from.tabIndex = 0;
    this.from.setAttribute("role", "listbox");
    this.from.setAttribute("aria-label", "From token: pick one to see only its links");
    this.middle = add(sheet, "div");
    this.canvas = add(this.middle, "canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.to = add(sheet, "div", "to");
    this.to.setAttribute("aria-hidden", "true"); // the line below says what is linked
    this.said = add(this.root, "p", "said");
    this.said.setAttribute("aria-live", "polite");
    const saves = add(this.root, "div", "saves");
    for (const format of ["SVG", "PNG"]) {
      const button = add(saves, "button");
      button.type = "button";
      button.textContent = format;
      button.setAttribute("aria-label", `Save the links as ${format}`);
      button.addEventListener("click", () => savePicture(this, format.toLowerCase()));
    }
  }

  listen() {
    this.from.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") this.show({ hovered: placeOf(event) }); // no finger hovers
    });
    this.from.addEventListener("pointerleave", () => this.show({ hovered: null }));
    this.from.addEventListener("click", (event) => {
      const place = placeOf(event);
      if (place !== null) this.pick(place === this.picked ? null : place);
    });
    this.from.addEventListener("keydown", (event) => this.press(event));
    this.from.addEventListener("focus", () => {
      if (this.from.matches(":focus-visible")) this.show({ cursor: this.picked ?? this.last });
    });
    this.from.addEventListener("blur", () => this.show({ cursor: null }));
    this.scroller.addEventListener("scroll", () => this.paintSoon());
    this.resized = new ResizeObserver(() => this.paintSoon());
    this.resized.observe(this.scroller);
  }

  close() {
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
    this.root.remove();
  }

  update(data, report) {
    this.report = report;
    this.strongest = data.strongest;
    this.heads = data.heads.map((head) => ({
      ...head,
      targets: new Uint16Array(bytes(head.targets).buffer),
      weights: bytes(head.weights),
    }));
    const rows = Math.max(1, data.tokens.length * data.heads.length);
    this.most = Math.max(1, Math.floor(DRAWN_AT_ONCE / rows)); // links a token and head, over all
    this.leavesOut = data.heads.some(({ starts }) =>
      starts.some((start, token) => start - (starts[token - 1] ?? 0) > this.most),
    );
    if (!same(this.tokens, data.tokens)) {
      this.tokens = data.tokens;
      Object.assign(this, { picked: data.picked, hovered: null, cursor: null, last: 0 });
      this.from.replaceChildren(...data.tokens.map((text, place) => option(text, place)));
      this.to.replaceChildren(...data.tokens.map(token));
      this.scroller.classList.toggle("long", data.tokens.length > LONG);
      this.scroller.scrollTop = ((this.picked ?? 0) + 0.5) * ROW - this.scroller.clientHeight / 2;
    }
    this.legend.replaceChildren(...data.heads.map(legendEntry));
    this.show({});
  }

  press(event) {
    const rows = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 1);
    const now = this.cursor ?? this.last;
    const ends = {
      ArrowDown: this.cursor === null ? now : now + 1,
      ArrowUp: this.cursor === null ? now : now - 1,
      PageDown: now + rows,
      PageUp: now - rows,
      Home: 0,
      End: this.tokens.length - 1,
    };
    if (event.key in ends) {
      const place = Math.min(Math.max(ends[event.key], 0), this.tokens.length - 1);
      this.from.children[place].scrollIntoView({ block: "nearest" });
      this.last = place;
      this.show({ cursor: place, hovered: null });
    } else if (event.key === "Enter" || event.key === " ") {
      this.pick(now === this.picked ? null : now, now);
    } else if (event.key === "Escape" && (this.picked ?? this.cursor) !== null) {
      this.pick(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  pick(place, cursor = null) {
    const changed = place !== this.picked;
    this.last = place ?? this.last;
    this.show({ picked: place, cursor });
    if (changed) this.report(place);
  }

  show(change) {
    Object.assign(this, change);
    this.shown = this.hovered ?? this.cursor ?? this.picked;
    this.mark();
    this.tell();
    this.paintSoon();
  }

  mark() {
    const { shown, picked, cursor } = this;
    for (const [place, element] of [...this.from.children].entries()) {
      element.setAttribute("aria-selected", String(place === picked));
      element.classList.toggle("cursor", place === cursor);
      element.classList.toggle("faded", shown !== null && place !== shown);
    }
    const current = this.from.children[cursor];
    if (current) this.from.setAttribute("aria-activedescendant", current.id);
    else this.from.removeAttribute("aria-activedescendant");
    const linked = new Set();
    if (shown !== null) {
      for (const head of this.heads) {
        for (let i = head.starts[shown]; i < head.starts[shown + 1]; i++) linked.add(head.targets[i]);
      }
    }
    for (const [place, element] of [...this.to.children].entries()) {
      element.classList.toggle("faded", shown !== null && !linked.has(place));
    }
  }

  tell() {
    const { shown, heads, tokens } = this;
    if (shown === null) {
      const note = ` Until then, each head's ${this.most} strongest links of a token are drawn.`;
      this.said.textContent = HINT + (this.leavesOut ? note : "");
      return;
    }
    const each = heads.length === 1 ? 5 : 2;
    const told = heads.map((head) => {
      const parts = [];
      const end = Math.min(head.starts[shown] + each, head.starts[shown + 1]);
      for (let i = head.starts[shown]; i < end; i++) {
        const percent = (100 * this.strongest * head.weights[i]) / LEVELS;
        const number = percent < 1 ? "under 1" : Math.round(percent);
        parts.push(`${isolated(tokens[head.targets[i]])} ${number} %`);
      }
      return `${head.name}: ${parts.join(", ") || "no links"}`;
    });
    this.said.textContent = `From ${isolated(tokens[shown])}. ${told.join("; ")}.`;
  }

  paintSoon() {
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.paint();
      });
    }
  }

  // The canvas is as high as what is in view: 512 rows on a dense screen are more than it may have.
  paint() {
    const width = this.middle.clientWidth;
    const height = Math.min(this.scroller.clientHeight, this.tokens.length * ROW);
    const scale = window.devicePixelRatio;
    this.canvas.width = Math.round(width * scale); // clears it too
    this.canvas.height = Math.round(height * scale);
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext("2d");
    const top = this.scroller.scrollTop;
    pen.setTransform(scale, 0, 0, scale, 0, -top * scale);
    pen.lineWidth = this.lineWidth();
    for (const line of this.lines(top, top + height)) {
      pen.globalAlpha = Math.max(FAINTEST, line.weight / LEVELS);
      pen.strokeStyle = line.color;
      pen.beginPath(); // each by itself: the browser is slower with many in one path
      pen.moveTo(0, line.left);
      pen.lineTo(width, line.right);
      pen.stroke();
    }
  }

  lineWidth() {
    return this.shown === null ? 1.2 : 2;
  }

  // The lines between two heights, faint ones first, so that no head lies over all others.
  lines(top, bottom) {
    const found = [];
    const begin = this.shown ?? 0;
    const end = this.shown === null ? this.tokens.length : this.shown + 1;
    const most = this.shown === null ? this.most : Infinity;
    const gap = Math.min(3, (0.7 * ROW) / this.heads.length);
    for (const [n, { starts, targets, weights, color }] of this.heads.entries()) {
      // Heads run beside each other where they link the same tokens.
      const middle = ROW / 2 + (n - (this.heads.length - 1) / 2) * gap;
      for (let source = begin; source < end; source++) {
        const left = source * ROW + middle;
        for (let i = starts[source]; i < Math.min(starts[source] + most, starts[source + 1]); i++) {
          const right = targets[i] * ROW + middle;
          if (Math.max(left, right) >= top && Math.min(left, right) <= bottom) {
            found.push({ left, right, color, weight: weights[i] });
          }
        }
      }
    }
    return found.sort((one, other) => one.weight - other.weight);
  }
}

function add(parent, tag, className = "") {
  const element = document.createElement(tag);
  element.className = className;
  parent.append(element);
  return element;
}

function token(text) {
  const element = document.createElement("div");
  element.className = "token";
  element.dir = "auto";
  element.textContent = text;
  element.title = text;
  return element;
}

function option(text, place) {
  const element = token(text);
  element.id = `from-${place}`;
  element.dataset.place = place;
  element.setAttribute("role", "option");
  return element;
}

function legendEntry({ name, color }) {
  const entry = document.createElement("li");
  add(entry, "span", "swatch").style.background = color;
  add(entry, "span").textContent = name;
  return entry;
}

function placeOf(event) {
  const element = event.target.closest("[data-place]");
  return element ? Number(element.dataset.place) : null;
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function same(one, other) {
  return one.length === other.length && one.every((text, place) => text === other[place]);
}

// A right-to-left token keeps its own direction and leaves its neighbours theirs.
function isolated(text) {
  return `\u2068${text}\u2069`;
}
