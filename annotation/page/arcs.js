// Arcs from each trigger to its fillers, over the text: positions are known only once the browser has laid it out.
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Where a mark is, relative to the drawing: the middle of its first line, and that line's edges.
function place(mark, origin) {
  const box = mark.getClientRects()[0];
  return box && { x: (box.left + box.right) / 2 - origin.left, top: box.top - origin.top, bottom: box.bottom - origin.top };
}

// On one line an arc leaps over the words between; to another line it goes straight there, and then between the lines.
function curve(from, to) {
  if (Math.abs(from.top - to.top) < 5) {
    const rise = Math.min(17, 6 + Math.abs(to.x - from.x) / 14);
    return `M${from.x} ${from.top}C${from.x} ${from.top - rise} ${to.x} ${to.top - rise} ${to.x} ${to.top}`;
  }
  const [start, gap, side] = [to.top > from.top ? from.bottom : from.top, to.top - 9, Math.sign(to.x - from.x)];
  const bend = Math.min(7, Math.abs(to.x - from.x) / 2);
  const turn = gap + (start > gap ? bend : -bend);
  return `M${from.x} ${start}V${turn}Q${from.x} ${gap} ${from.x + side * bend} ${gap}` +
    `H${to.x - side * bend}Q${to.x} ${gap} ${to.x} ${to.top}`;
}

function draw(drawing) {
  const svg = drawing.querySelector(".arcs");
  const origin = drawing.getBoundingClientRect();
  svg.replaceChildren();
  if (!origin.width) return;
  svg.setAttribute("viewBox", `0 0 ${origin.width} ${origin.height}`);
  const [marks, names] = [new Map(), []];
  for (const mark of drawing.querySelectorAll("mark[data-n]")) {
    if (!marks.has(mark.dataset.n)) marks.set(mark.dataset.n, place(mark, origin));
  }
  for (const [trigger, filler, role, state] of JSON.parse(drawing.dataset.arcs)) {
    const [from, to] = [marks.get(String(trigger)), marks.get(String(filler))];
    if (!from || !to) continue;
    const group = element("g", { class: `arc ${state}`, "data-n": trigger });
    group.append(element("path", { d: curve(from, to) }));
    group.append(element("path", { class: "head", d: `M${to.x - 3.5} ${to.top - 5}L${to.x} ${to.top}L${to.x + 3.5} ${to.top - 5}` }));
    const name = element("text", { class: `role ${state}`, "data-n": trigger, x: to.x, y: to.top - 6, "text-anchor": "middle" });
    name.textContent = role;
    names.push(name);
    svg.append(group);
  }
  svg.append(...names); // last, so that no arc crosses them
}

// An event that is pointed at, tapped or reached by key: its arcs stand out and say their roles.
function single(side, number) {
  for (const arc of side.querySelectorAll(".arc, .role")) arc.classList.toggle("on", arc.dataset.n === number);
  side.classList.toggle("single", number !== null);
}

for (const side of document.querySelectorAll(".side")) {
  const over = (event) => {
    const about = event.target.closest("li[data-n], mark.trigger[data-n]");
    single(side, about && event.type !== "focusout" ? about.dataset.n : null);
  };
  for (const kind of ["pointerover", "focusin", "focusout"]) side.addEventListener(kind, over);
  side.addEventListener("pointerleave", () => single(side, null));
}

// On paper a text is as wide as CSS says, so its arcs can be drawn before it is laid out there; a text that is longer
// than a page is cut by the paper wherever that falls, and goes without.
const PAPER = 900;
for (const [event, printing] of [["beforeprint", true], ["afterprint", false]]) {
  window.addEventListener(event, () => {
    document.documentElement.classList.toggle("printing", printing);
    for (const drawing of document.querySelectorAll(".drawing")) {
      const whole = drawing.getBoundingClientRect().height < PAPER;
      drawing.classList.toggle("cut", printing && !whole);
      draw(drawing);
    }
  });
}

const redraw = new ResizeObserver((seen) => seen.forEach((entry) => draw(entry.target)));
for (const drawing of document.querySelectorAll(".drawing")) redraw.observe(drawing);
