// Arguments of the selected trigger, proposed by the model behind `naba backend`: Enter takes them all, Alt+1 to Alt+9
// one each, Esc none. The question goes through Label Studio's own way to a backend, so that no password is in the page.
// Where no backend answers, or not in time, nothing happens.
(() => {
  "use strict";
  if (window.nabaArguments) return;
  window.nabaArguments = true;
  const { annotation, read, line, code, words, busy } = window.nabaRoles;
  const LOOK = 200, WAIT = 6000, PAUSE = 30000; // milliseconds
  const LINES = 9;
  let backends = {}; // number of a project -> of its backend, or null
  let settled = null; // the trigger that has been asked about, or left alone
  let candidate = null; // the trigger that was selected at the last look: who clicks through an article asks nothing
  let silent = 0; // until when nothing is asked, after a failure
  let shown = null; // the proposals on the page: {open, trigger, offers}

  const project = () => /\/projects\/(\d+)\//.exec(location.pathname)?.[1];
  const api = (path) => `${window.APP_SETTINGS?.hostname ?? ""}/api/${path}`;
  const cookie = (name) => new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1] ?? "";

  async function ask(path, body) {
    const how = { signal: AbortSignal.timeout(WAIT), headers: { "Content-Type": "application/json" } };
    if (body) Object.assign(how, { method: "POST", body: JSON.stringify(body) });
    if (body) how.headers["X-CSRFToken"] = cookie("csrftoken");
    const answer = await fetch(api(path), how);
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  async function backend(number) {
    if (!(number in backends)) {
      const entries = await ask(`ml?project=${number}`);
      const ours = entries.find((entry) => entry.is_interactive && entry.title?.startsWith("naba"));
      backends[number] = ours?.id ?? null;
    }
    return backends[number];
  }

  // The trigger that is selected alone, on an annotation that may be changed, while no arrow is being drawn.
  function selected() {
    const open = annotation();
    if (!open || open.type !== "annotation" || open.isReadOnly() || open.isLinkingMode || busy() || !read()) return null;
    const region = open.highlightedNode;
    return region && code(region) in read().events && open.selectedRegions.length === 1 ? region : null;
  }

  function look() {
    const trigger = selected();
    if (shown && (shown.trigger !== trigger || shown.open !== annotation())) hide();
    if (trigger && trigger !== settled && trigger === candidate) {
      settled = trigger;
      if (Date.now() > silent) propose(trigger);
    } else if (!trigger) {
      settled = null;
    }
    candidate = trigger;
  }

  async function propose(trigger) {
    const open = annotation(), task = window.Htx.task.id, page = `${location.pathname} ${task}`;
    const number = project();
    try {
      const id = number && (await backend(number));
      if (!id) return forget(number);
      const context = { trigger: trigger.cleanId, result: open.serializeAnnotation() };
      const answer = await ask(`ml/${id}/interactive-annotating`, { task, context });
      if (!answer.data) return forget(number);
      const isSame = page === `${location.pathname} ${window.Htx.task?.id}` && selected() === trigger;
      if (isSame) show(open, trigger, offers(answer.data.result ?? []));
    } catch (error) {
      console.debug("naba", error); // gone, slow, or another server: whoever labels is not told
      forget(number);
    }
  }

  // Ask nothing for a while, and then look for a backend again.
  function forget(number) {
    delete backends[number];
    silent = Date.now() + PAUSE;
  }

  // Each arrow with the region it needs, if that is not there yet.
  function offers(rows) {
    const regions = new Map(rows.filter((row) => row.type === "labels").map((row) => [row.id, row]));
    const arrows = rows.filter((row) => row.type === "relation").slice(0, LINES);
    return arrows.map((arrow) => ({ arrow, region: regions.get(arrow.to_id) }));
  }

  // A region's id in the rows is its own without the annotation's, which regions drawn on this page do not have at all.
  const find = (open, id) => open.regions.find((region) => region.cleanId === id);
  const filler = ({ arrow }) => find(shown.open, arrow.to_id);

  function show(open, trigger, found) {
    hide();
    if (!found.length) return;
    shown = { open, trigger, offers: found };
    const box = document.createElement("div");
    box.id = "naba-arguments";
    box.dir = "auto";
    box.setAttribute("role", "status");
    document.body.append(box);
    const text = read().words;
    line(box, `${text.proposed ?? "?"} «${words(trigger)}»`).className = "said";
    found.forEach((offer, at) => {
      const row = line(box, "", `Alt+${at + 1}`);
      const role = document.createElement("b");
      role.textContent = offer.arrow.labels.join(" + ");
      row.append(role, `${offer.region ? offer.region.value.text.replace(/\s+/g, " ").slice(0, 40) : words(filler(offer))}`);
      if (offer.region) row.classList.add("new");
      row.addEventListener("click", () => take([offer]));
    });
    line(box, text.all ?? "+", "Enter").addEventListener("click", () => take(found));
    line(box, text.none_of_them ?? "×", "Esc").addEventListener("click", hide);
    paint(found);
  }

  function hide() {
    shown = null;
    document.getElementById("naba-arguments")?.remove();
    window.CSS?.highlights?.delete("naba-arguments");
  }

  // The words of the fillers, where they stand in the text.
  function paint(found) {
    if (!window.Highlight) return;
    const places = found.map((offer) => offer.region?.value ?? filler(offer)?.serialize?.()?.value).filter(Boolean);
    const ranges = places.map(({ start, end }) => range(start, end)).filter(Boolean);
    CSS.highlights.set("naba-arguments", new Highlight(...ranges));
  }

  // The part of the page that shows these code points of the text. A line break counts as one.
  function range(start, end) {
    const root = document.querySelector(".naba-text .lsf-richtext__container");
    const walker = root && document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    const found = document.createRange();
    let before = 0, begun = false;
    for (let node; (node = walker?.nextNode()); ) {
      if (node.nodeName === "BR") before += 1;
      if (node.nodeType !== Node.TEXT_NODE) continue;
      const points = [...node.data];
      const units = (at) => points.slice(0, at - before).join("").length;
      if (!begun && start < before + points.length) {
        found.setStart(node, units(start));
        begun = true;
      }
      if (begun && end <= before + points.length) {
        found.setEnd(node, units(end));
        return found;
      }
      before += points.length;
    }
    return null;
  }

  // The offers become ordinary regions and arrows, in one step that Ctrl+Z takes back.
  function take(taken) {
    const { open, trigger, offers: all } = shown;
    const left = all.filter((offer) => !taken.includes(offer));
    hide();
    open.history.freeze("naba-arguments");
    open.deserializeResults(taken.flatMap(({ region }) => region ?? []));
    for (const { arrow } of taken) {
      const to = find(open, arrow.to_id);
      if (to) open.relationStore.addRelation(find(open, arrow.from_id), to)?.setRelations(arrow.labels);
    }
    open.updateObjects();
    open.history.unfreeze("naba-arguments");
    open.autosave?.(); // Label Studio itself writes no draft for an arrow
    settled = candidate = null;
    if (!left.length) return;
    settled = find(open, trigger.cleanId); // which is not selected any more
    open.selectArea(settled);
    show(open, settled, left);
  }

  function key(event) {
    if (!shown || event.target.closest?.("input, textarea, select, [contenteditable=true]")) return;
    const digit = event.altKey && /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (digit && digit <= shown.offers.length) take([shown.offers[digit - 1]]);
    else if (plain && event.key === "Enter" && !event.target.closest?.("button, a")) take(shown.offers);
    else if (plain && event.key === "Escape") hide();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  window.addEventListener("keydown", key, true);
  setInterval(look, LOOK);

  const style = document.createElement("style");
  style.textContent = `
    ::highlight(naba-arguments) { background-color: rgba(255, 214, 0, 0.45); text-decoration: underline dashed 2px }
    .lsf-dynamic-preannotations { display: none }
    #naba-arguments { position: fixed; z-index: 99999; left: 50%; bottom: 60px; transform: translateX(-50%);
      width: max-content; max-width: min(900px, 90vw); display: flex; flex-wrap: wrap; align-items: center; gap: 2px 4px;
      padding: 4px 8px; font-size: 14px; border-radius: 6px; background: var(--color-neutral-background);
      color: var(--color-neutral-content); border: 1px solid var(--color-neutral-border-bold);
      box-shadow: 0 4px 16px rgba(0, 0, 0, 0.25) }
    #naba-arguments .said { flex-basis: 100%; font-size: 12px; opacity: 0.8 }
    #naba-arguments button { display: inline-flex; align-items: center; gap: 6px; padding: 3px 8px; border: 0; border-radius: 4px; background: none; color: inherit;
      font: inherit; cursor: pointer }
    #naba-arguments button:hover { background: var(--color-primary-emphasis-subtle) }
    #naba-arguments .new { text-decoration: underline dashed }
    #naba-arguments kbd { direction: ltr; padding: 0 4px; font: inherit; font-size: 11px; border: 1px solid var(--color-neutral-border-bold); border-radius: 3px; background: none; color: inherit }`;
  document.head.append(style);
})();
