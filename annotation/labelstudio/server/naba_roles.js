// Roles by keys on the labelling page: a new arrow is asked for its role, out of those its event and filler allow. One
// possible role is taken at once; among several a digit chooses. The next filler may be clicked right away.
// What an event takes stands in the labelling configuration, at <Relations takes>.
(() => {
  "use strict";
  if (window.nabaRoles) return; // Label Studio runs the scripts of a page again when it goes to another one
  const MODE = "create_relation";
  const LINES = 9;
  let config = null, rules = null; // the configuration read last, and what it says
  let known = new WeakMap(); // annotation -> how many arrows it had
  let asking = null, source = null; // the arrow that waits for its role; the region that arrows start from

  const annotation = () => window.Htx?.annotationStore?.selected;

  function read() {
    const text = window.Htx?.config;
    if (!text || text === config) return rules;
    config = text;
    try {
      const page = new DOMParser().parseFromString(text, "text/xml");
      rules = JSON.parse(page.querySelector("Relations").getAttribute("takes"));
    } catch {
      rules = null; // a page of another project, or of an older naba
    }
    return rules;
  }

  const code = (region) => region?.labels?.[0] ?? "";
  const words = (region) => (region?.text ?? "").replace(/\s+/g, " ").slice(0, 40);

  // The roles and links between two regions, as codes; without any, all roles of the event.
  function possible(from, to) {
    const isEvent = (label) => label in rules.events;
    const [event, filler] = isEvent(from) ? [from, to] : [to, from];
    const roles = Object.entries(rules.events[event] ?? {});
    const fitting = roles.filter(([, fillers]) => fillers.includes(filler)).map(([role]) => role);
    if (isEvent(from) === isEvent(to)) fitting.push(...rules.links);
    return fitting.length ? [fitting, true] : [roles.map(([role]) => role), false];
  }

  function panel() {
    let box = document.getElementById("naba-roles");
    if (!box) {
      box = document.createElement("div");
      box.id = "naba-roles";
      box.dir = "auto";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.replaceChildren();
    box.classList.remove("aside");
    return box;
  }

  const line = (box, text, key) => {
    const row = document.createElement(key ? "button" : "div");
    if (key) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      row.append(cap);
    }
    row.append(text);
    box.append(row);
    return row;
  };

  function place(box, region) {
    const spot = region?._spans?.at(-1)?.getBoundingClientRect();
    const left = Math.min(Math.max(8, spot ? spot.left : 8), innerWidth - box.offsetWidth - 8);
    const below = (spot ? spot.bottom : 60) + 6;
    const above = (spot ? spot.top : 60) - box.offsetHeight - 6;
    box.style.left = `${left}px`;
    box.style.top = `${below + box.offsetHeight < innerHeight - 8 ? below : Math.max(8, above)}px`;
  }

  function ask(arrow) {
    const [options, fits] = possible(code(arrow.node1), code(arrow.node2));
    source = code(arrow.node1) in rules.events ? arrow.node1 : null;
    asking = { arrow, options: options.slice(0, LINES) };
    if (options.length === 1 && fits) return choose(0);
    const box = panel();
    line(box, fits ? rules.words.choose : rules.words.none).className = fits ? "said" : "said wrong";
    asking.options.forEach((role, at) => line(box, rules.titles[role], at + 1).addEventListener("click", () => choose(at)));
    line(box, rules.words.cancel, "Esc").addEventListener("click", drop);
    place(box, arrow.node2);
  }

  function choose(at) {
    const { arrow, options } = asking;
    asking = null;
    arrow.setRelations([rules.titles[options[at]]]);
    annotation().autosave?.(); // Label Studio itself writes no draft for an arrow
    go(rules.titles[options[at]]);
  }

  function drop() {
    const { arrow } = asking;
    asking = null;
    arrow.parent.deleteRelation(arrow);
    settle();
    go("");
  }

  // Wait for the next filler of the same event.
  function go(title) {
    if (!source) return stop();
    annotation().startLinkingMode(MODE, source);
    const box = panel();
    if (title) line(box, `✓ ${title}`).className = "chosen";
    line(box, `${rules.words.from} «${words(source)}»: ${rules.words.next}`).className = "said";
    box.classList.add("aside"); // the next filler may stand where the list was
  }

  function stop() {
    if (source && annotation()?.isLinkingMode) annotation().stopLinkingMode();
    source = asking = null;
    document.getElementById("naba-roles")?.remove();
  }

  function settle() {
    const open = annotation();
    if (open) known.set(open, open.relationStore.relations.length);
  }

  // A click on a region ends an arrow. Other ways to make one, such as a suggestion taken over, bring their roles along.
  function look() {
    const open = annotation();
    if (!open || asking || !read()) return;
    const arrows = open.relationStore.relations;
    const before = known.get(open) ?? arrows.length;
    settle();
    const last = arrows[arrows.length - 1];
    if (arrows.length === before + 1 && !last.labels?.length) ask(last);
    else if (source && !open.isLinkingMode) stop();
  }

  function key(event) {
    if (asking) {
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1]; // whatever the keyboard's language
      if (event.key === "Escape") drop();
      else if (digit && digit <= asking.options.length) choose(digit - 1);
      else if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Tab" || event.key === "Enter") return;
      event.preventDefault();
      event.stopImmediatePropagation(); // the digits are Label Studio's keys for labels
    } else if (source && !["Alt", "Control", "Shift", "Meta"].includes(event.key)) {
      stop();
    }
  }

  document.addEventListener("mousedown", (event) => {
    if (asking && !event.target.closest?.("#naba-roles")) stop(); // the arrow stays, red, and the page says so
    settle();
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#naba-roles")) setTimeout(look);
  }, true);
  window.addEventListener("keydown", key, true);

  window.nabaRoles = { annotation, read, line, code, words, busy: () => Boolean(asking || source) };

  const style = document.createElement("style");
  style.textContent = `
    #naba-roles { position: fixed; z-index: 100000; max-width: 300px; padding: 4px; font-size: 14px; border-radius: 6px;
      background: var(--color-neutral-background); color: var(--color-neutral-content);
      border: 1px solid var(--color-neutral-border-bold); box-shadow: 0 4px 16px rgba(0, 0, 0, 0.25) }
    #naba-roles.aside { left: 50% !important; top: auto !important; bottom: 60px; transform: translateX(-50%);
      max-width: 600px; pointer-events: none }
    #naba-roles > * { display: block; width: 100%; padding: 3px 8px; text-align: start; border: 0; background: none;
      color: inherit; font: inherit }
    #naba-roles button { cursor: pointer; border-radius: 4px }
    #naba-roles button:hover { background: var(--color-primary-emphasis-subtle) }
    #naba-roles kbd { display: inline-block; min-width: 20px; margin-inline-end: 8px; padding: 0 4px; text-align: center;
      font: inherit; font-size: 11px; border: 1px solid var(--color-neutral-border-bold); border-radius: 3px;
      background: none; color: inherit }
    #naba-roles .said { font-size: 12px; opacity: 0.8 }
    #naba-roles .chosen { font-weight: 700 }
    #naba-roles .wrong { color: #d00; opacity: 1 }`;
  document.head.append(style);
})();
