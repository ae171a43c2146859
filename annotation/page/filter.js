// Show the documents of one language, with errors in one event type, of one cause. Without scripts all are shown.
const form = document.getElementById("filter");
if (form) {
  const examples = [...document.querySelectorAll(".example")];
  const keep = () => {
    const { language, type, cause } = form.elements;
    const has = (list, choice) => !choice || choice.value === "" || list.split(" ").includes(choice.value);
    let shown = 0;
    for (const { dataset, ...rest } of examples.map((node) => ({ dataset: node.dataset, node }))) {
      const fits = has(dataset.language, language) && has(dataset.types, type) && has(dataset.causes, cause);
      rest.node.hidden = !fits;
      shown += fits;
    }
    for (const event of document.querySelectorAll(".example li[data-type]")) {
      event.classList.toggle("aside", !has(event.dataset.type, type));
    }
    const counts = [shown, examples.length];
    form.querySelector("output").textContent = form.dataset.shown.replace(/#/g, () => counts.shift());
  };
  form.hidden = false;
  form.addEventListener("input", keep);
  form.addEventListener("reset", () => setTimeout(keep));
  form.addEventListener("submit", (event) => event.preventDefault());
  keep();
}
