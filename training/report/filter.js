// Show the examples of one language. Without this script all are shown and there are no buttons.
const bar = document.getElementById("filter");
if (bar) {
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    for (const other of bar.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
    for (const example of document.querySelectorAll(".example")) {
      example.hidden = button.value !== "" && example.dataset.language !== button.value;
    }
  });
}
